#include "writer.h"

namespace xos::crash {

namespace {

constexpr std::size_t kMostUnits = 40;
// Names that all writers want: only one of them may get each.
constexpr std::uint64_t kSharedNames = 5;

Json operation(const char* op, const Unit& unit, std::size_t index) {
    Json operation;
    operation.set("op", op);
    operation.set("type", plural_of(index));
    if (!unit.ids.empty())
        operation.set("id", Json(unit.ids[index].value));
    return operation;
}

Json fields_of(const Unit& unit, std::size_t index, const std::string& mark) {
    Json fields;
    fields.set("name", name_of(unit, index));
    fields.set(mark_field(index), mark);
    if (index == 0)
        fields.set("login_base", unit.name);
    else
        fields.set("site_id", "$site");
    return fields;
}

Json change_of(std::size_t index, const std::string& mark) {
    Json fields;
    fields.set(mark_field(index), mark);
    return fields;
}

/// The ids in an answer to the creation of a unit; empty in other answers.
std::vector<ObjectId> ids_of(const Json& answer) {
    std::vector<ObjectId> ids;
    const Json* results = answer.find("results");
    if (results && results->as_array()) {
        for (const Json& one : *results->as_array())
            ids.push_back(ObjectId{static_cast<std::uint64_t>(one.number("id"))});
    } else if (answer.find("id")) {
        ids.push_back(ObjectId{static_cast<std::uint64_t>(answer.number("id"))});
    }
    return ids;
}

}  // namespace

void Writer::run(const std::string& url, const std::string& token, const std::atomic<bool>& stop) {
    auto api = client::Api::create(url, {.token = token});
    if (!api)
        return problems_.push_back(api.error().message());
    while (!stop && step(**api))
        continue;
}

/// One write. False when the server is gone.
bool Writer::step(client::Api& api) {
    const std::size_t count = ledger_.live().size();
    const std::uint64_t dice = random_() % 10;
    if (count == 0 || (dice < 4 && count < kMostUnits))
        return take(create(api));
    return take(dice < 8 ? update(api) : remove(api));
}

Result<Json> Writer::create(client::Api& api) {
    Unit unit{.name = prefix_ + std::to_string(++units_), .has_slices = random_() % 2 == 0};
    if (random_() % 8 == 0)
        unit.name = kSharedName + std::to_string(random_() % kSharedNames);
    const std::string mark = next_mark();
    ledger_.begin_create(unit, mark);
    if (!unit.has_slices)
        return api.create("core/sites", fields_of(unit, 0, mark));
    Json operations;
    for (std::size_t i = 0; i < unit.size(); ++i) {
        Json one = operation("create", unit, i);
        one.set("as", i == 0 ? std::string("site") : "slice" + std::to_string(i));
        one.set("fields", fields_of(unit, i, mark));
        operations.add(std::move(one));
    }
    return api.transact(operations);
}

Result<Json> Writer::update(client::Api& api) {
    const std::size_t index = random_() % ledger_.live().size();
    const Unit& unit = ledger_.live()[index];
    const std::string mark = next_mark();
    ledger_.begin(Ledger::Kind::Update, index, mark);
    if (!unit.has_slices)
        return api.update("core/sites", unit.ids[0], change_of(0, mark),
                          {.if_match = unit.versions.back().revision});
    Json operations;
    for (std::size_t i = 0; i < unit.size(); ++i) {
        Json one = operation("update", unit, i);
        one.set("fields", change_of(i, mark));
        operations.add(std::move(one));
    }
    return api.transact(operations);
}

Result<Json> Writer::remove(client::Api& api) {
    const std::size_t index = random_() % ledger_.live().size();
    const Unit& unit = ledger_.live()[index];
    ledger_.begin(Ledger::Kind::Remove, index, {});
    if (!unit.has_slices)
        return api.remove("core/sites", unit.ids[0]);
    Json operations;
    for (std::size_t i = unit.size(); i-- > 0;)
        operations.add(operation("delete", unit, i));
    return api.transact(operations);
}

bool Writer::take(const Result<Json>& answer) {
    if (answer) {
        const Revision revision{static_cast<std::uint64_t>(answer->number("revision"))};
        if (revision != Revision{} && revision <= ledger_.last_revision())
            problems_.push_back(prefix_ + ": revisions go back: " + answer->format());
        ledger_.acknowledge(revision, ids_of(*answer));
        return true;
    }
    if (answer.error().code() == ErrorCode::Conflict && ledger_.wants_shared_name()) {
        ledger_.refuse();
        return true;
    }
    if (answer.error().code() != ErrorCode::Unavailable)
        problems_.push_back(prefix_ + ": " + answer.error().message());
    return false;
}

}  // namespace xos::crash
