#include "api/operations_reader.h"

#include "api/body_reader.h"
#include "api/targets.h"
#include "base/text.h"
#include "kernel/actions.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>

namespace xos::api {

using kernel::Operation;
using model::Row;
using schema::Type;

namespace {

constexpr std::array<std::string_view, 8> kMembers{"op",     "type",     "id",      "as",
                                                   "fields", "if_match", "cascade", "action"};

/// By "core/slices", "core.Slice" or "Slice".
const Type* find_named_type(const schema::Schema& schema, std::string_view name) {
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos)
        return schema.find_type(name);
    return schema.find_plural(name.substr(0, slash), name.substr(slash + 1));
}

}  // namespace

std::string OperationsReader::place(std::string_view member) const {
    std::string text = "/operations/" + std::to_string(operations_.size());
    return member.empty() ? text : text + "/" + std::string(member);
}

void OperationsReader::complain(std::string_view member, std::string message) {
    mistakes_.push_back({place(member), std::move(message)});
}

std::optional<ObjectId> OperationsReader::find_name(std::string_view name) const {
    const auto at = names_.find(name);
    if (at == names_.end())
        return std::nullopt;
    return kernel::made_by(at->second);
}

void OperationsReader::check_members(const Json& json) {
    for (const auto& [name, value] : *json.as_object()) {
        if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end())
            complain(name, "is no part of an operation" + schema::did_you_mean(name, kMembers));
    }
}

const Type* OperationsReader::read_type(const Json& json, const Row* row) {
    if (!json.find("type") && row)
        return &reader_.view().type_of(*row);
    const std::string_view name = json.text("type");
    const Type* type = find_named_type(reader_.schema(), name);
    if (!type) {
        std::vector<std::string> plurals;
        for (const Type& one : reader_.schema().types())
            plurals.push_back(one.app + "/" + one.plural);
        const std::vector<std::string_view> views(plurals.begin(), plurals.end());
        complain("type",
                 "there is no type " + schema::quoted(name) + schema::did_you_mean(name, views));
    } else if (row && !reader_.schema().is_a(row->type(), type->id)) {
        complain("id", "is no " + type->name);
    }
    return type;
}

const Row* OperationsReader::read_id(const Json& json, Operation& operation) {
    const Json* id = json.find("id");
    const auto* text = id ? id->as_string() : nullptr;
    if (text && text->starts_with('$')) {
        const auto found = find_name(std::string_view(*text).substr(1));
        if (found)
            operation.id = *found;
        else
            complain("id", "no earlier operation is called " + schema::quoted(*text));
        return nullptr;
    }
    const auto* number = id ? id->as_int() : nullptr;
    if (!number || *number <= 0) {
        complain("id", "wants the id of an object, or the name of an earlier operation");
        return nullptr;
    }
    operation.id = ObjectId{static_cast<std::uint64_t>(*number)};
    const Row* row = reader_.view().find(operation.id);
    if (row && reader_.sees(*row))
        return row;
    complain("id", "there is no object " + std::to_string(*number));
    return nullptr;
}

void OperationsReader::read_match(const Json& json, Operation& operation) {
    if (const Json* match = json.find("if_match"); match && !match->is_null()) {
        if (match->as_int() && *match->as_int() >= 0)
            operation.if_match = Revision{static_cast<std::uint64_t>(*match->as_int())};
        else
            complain("if_match", "wants a revision");
    }
    if (const Json* cascade = json.find("cascade"); cascade && !cascade->is_null()) {
        if (!cascade->as_bool() || operation.kind != Operation::Kind::Delete)
            complain("cascade", "is true or false, of a delete");
        else if (*cascade->as_bool())
            operation.cascade = Operation::Cascade::Yes;
    }
}

void OperationsReader::read_action(const Json& json, const Type& type, Operation& operation) {
    if (operation.kind != Operation::Kind::Action) {
        if (json.find("action"))
            complain("action", "is part of an action only");
        return;
    }
    operation.action = std::string(json.text("action"));
    const auto known = kernel::actions_of(type);
    if (std::find(known.begin(), known.end(), operation.action) == known.end())
        complain("action", "wants one of " + join(known, ", ") +
                               schema::did_you_mean(operation.action, known));
}

void OperationsReader::read_fields(const Json& json, const Row* row, Operation& operation) {
    operation.place = place("fields/");
    const Json* fields = json.find("fields");
    if (!fields && operation.kind != Operation::Kind::Update)
        return;
    if (operation.kind == Operation::Kind::Delete)
        return complain("fields", "is no part of a delete");
    if (operation.kind == Operation::Kind::Action)
        return complain("fields", "is no part of an action");
    if (!fields || !fields->is_object())
        return complain("fields", "wants an object");
    const BodyReader::Target target{
        .type = reader_.schema().type(operation.type),
        .present = row,
        .place = operation.place,
        .find_name = [this](std::string_view name) { return find_name(name); }};
    BodyReader body(target, mistakes_);
    operation.fields = body.read(*fields);
    // What was merged with the present map must not undo another's write.
    if (body.merged() && !operation.if_match && row)
        operation.if_match = row->goal_revision();
}

void OperationsReader::read(const Json& json) {
    Operation operation;
    if (!json.is_object()) {
        complain("", "wants an object");
        operations_.push_back(std::move(operation));
        return;
    }
    check_members(json);
    const std::string_view verb = json.text("op");
    const Row* row = nullptr;
    if (verb == "create")
        operation.kind = Operation::Kind::Create;
    else if (verb == "delete")
        operation.kind = Operation::Kind::Delete;
    else if (verb == "action")
        operation.kind = Operation::Kind::Action;
    else if (verb != "update")
        complain("op", "wants create, update, delete or action");
    if (operation.kind != Operation::Kind::Create)
        row = read_id(json, operation);
    if (const Type* type = read_type(json, row)) {
        operation.type = type->id;
        read_match(json, operation);
        read_action(json, *type, operation);
        read_fields(json, row, operation);
    }
    const std::string_view name = json.text("as");
    if (!name.empty() && !names_.emplace(name, operations_.size()).second)
        complain("as", "an earlier operation is called " + schema::quoted(name));
    operations_.push_back(std::move(operation));
}

}  // namespace xos::api
