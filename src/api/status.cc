#include "api/status.h"

#include "api/body_reader.h"
#include "api/problem.h"
#include "kernel/kernel.h"
#include "model/codec.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>

namespace xos::api {

using kernel::StatusItem;

namespace {

constexpr std::array<std::pair<std::string_view, StatusItem::State>, 5> kStates{{
    {"done", StatusItem::State::Done},
    {"working", StatusItem::State::Working},
    {"waiting", StatusItem::State::Waiting},
    {"failed", StatusItem::State::Failed},
    {"clean", StatusItem::State::Clean},
}};
constexpr std::array<std::string_view, 9> kMembers{
    "id", "goal_revision", "state", "code", "text", "waiting_for", "inputs", "handle", "feedback"};

/// Reads one item of a batch.
class ItemReader {
public:
    ItemReader(model::View view, std::size_t index, std::vector<ErrorDetail>& mistakes)
        : view_(view), place_("/items/" + std::to_string(index) + "/"), mistakes_(mistakes) {}

    StatusItem read(const Json& json) {
        StatusItem item;
        if (!json.is_object()) {
            complain("", "wants an object");
            return item;
        }
        for (const auto& [name, value] : *json.as_object()) {
            if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end())
                complain(name, "is no part of a status" + schema::did_you_mean(name, kMembers));
        }
        item.id = ObjectId{read_number(json, "id")};
        item.goal_revision = Revision{read_number(json, "goal_revision")};
        item.state = read_state(json);
        item.text = json.text("text");
        if (const Json* waiting = json.find("waiting_for"); waiting && !waiting->is_null())
            item.waiting_for = ObjectId{read_number(json, "waiting_for")};
        item.inputs = read_text(json, "inputs");
        item.handle = read_text(json, "handle");
        read_feedback(json, item);
        return item;
    }

private:
    void complain(std::string_view member, std::string message) {
        mistakes_.push_back({place_ + std::string(member), std::move(message)});
    }

    std::uint64_t read_number(const Json& json, std::string_view name) {
        const Json* number = json.find(name);
        if (number && number->as_int() && *number->as_int() >= 0)
            return static_cast<std::uint64_t>(*number->as_int());
        complain(name, "wants a whole number");
        return 0;
    }

    std::optional<std::string> read_text(const Json& json, std::string_view name) {
        const Json* text = json.find(name);
        if (!text || text->is_null())
            return std::nullopt;
        if (text->as_string())
            return *text->as_string();
        complain(name, "wants a string");
        return std::nullopt;
    }

    StatusItem::State read_state(const Json& json) {
        for (const auto& [name, state] : kStates) {
            if (json.text("state") == name)
                return state;
        }
        complain("state", "wants done, working, waiting, failed or clean");
        return StatusItem::State::Failed;
    }

    void read_feedback(const Json& json, StatusItem& item) {
        const Json* feedback = json.find("feedback");
        const model::Row* row = view_.find(item.id);
        if (!feedback || feedback->is_null() || !row)
            return;  // Of an object that is gone, the item is refused as a whole.
        if (!feedback->is_object())
            return complain("feedback", "wants an object");
        const schema::Type& type = view_.type_of(*row);
        for (const auto& [name, value] : *feedback->as_object())
            read_field(type, name, value, item);
    }

    void read_field(const schema::Type& type, const std::string& name, const Json& value,
                    StatusItem& item) {
        const schema::Field* field = type.find_field(name);
        if (!field || field->field_class != schema::FieldClass::Feedback) {
            std::vector<std::string_view> names;
            for (const auto& one : type.fields) {
                if (one.field_class == schema::FieldClass::Feedback)
                    names.push_back(one.api_name);
            }
            return complain("feedback/" + name,
                            "is no feedback of " + type.name + schema::did_you_mean(name, names));
        }
        auto read = model::read_value(*field, value);
        if (!read)
            return complain("feedback/" + name, read.error().message());
        item.feedback.emplace_back(static_cast<model::FieldIndex>(field - type.fields.data()),
                                   std::move(*read));
    }

    const model::View view_;
    const std::string place_;
    std::vector<ErrorDetail>& mistakes_;
};

std::string format_outcome(const kernel::StatusResult& result, const std::vector<ObjectId>& ids) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.member("revision", result.revision.value);
    writer.name("refusals");
    writer.begin_array();
    for (std::size_t i = 0; i < result.refusals.size(); ++i) {
        const auto& refusal = result.refusals[i];
        if (!refusal)
            continue;
        writer.begin_object();
        writer.member("index", std::uint64_t{i});
        writer.member("id", ids[i].value);
        writer.member("error", to_string(refusal->code()));
        writer.member("detail", refusal->message());
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return text;
}

}  // namespace

void Status::post(const CallPointer& call) const {
    const access::Principal& principal = call->identity.principal;
    if (principal.kind != access::Principal::Kind::Service)
        return call->refuse({ErrorCode::PermissionDenied, "only a service reports status"});
    const auto body = read_object(call->request.body);
    if (!body)
        return call->refuse(body.error());
    std::vector<ErrorDetail> mistakes;
    for (const auto& [name, value] : *body->as_object()) {
        if (name != "items" && name != "caught_up")
            mistakes.push_back({"/" + name, "is no part of a status batch"});
    }
    const auto snapshot = parts_.kernel.snapshot();
    kernel::StatusBatch batch{.principal = principal, .items = {}};
    const Json* items = body->find("items");
    if (items && !items->as_array())
        mistakes.push_back({"/items", "wants a list"});
    std::vector<ObjectId> ids;
    for (const Json& one : items && items->as_array() ? *items->as_array() : Json::Array{}) {
        batch.items.push_back(ItemReader(snapshot->view(), ids.size(), mistakes).read(one));
        ids.push_back(batch.items.back().id);
    }
    if (!mistakes.empty())
        return call->refuse(mistakes_error(ErrorCode::Invalid, std::move(mistakes)));
    const std::int64_t caught_up = body->number("caught_up", -1);
    const auto then = [this, call, ids, caught_up](Result<kernel::StatusResult> result) {
        if (!result)
            return call->refuse(result.error());
        if (caught_up >= 0)
            services_.set_caught_up(call->identity.principal.name,
                                    Revision{static_cast<std::uint64_t>(caught_up)});
        call->answer_json(format_outcome(*result, ids));
    };
    if (batch.items.empty())
        return then(kernel::StatusResult{.revision = snapshot->revision(), .refusals = {}});
    parts_.kernel.submit_status(std::move(batch), then);
}

}  // namespace xos::api
