#include "synchronizer/testing/fake_api.h"

#include "base/check.h"

#include <algorithm>

namespace xos::synchronizer {

using client::StatusItem;
using client::WatchEvent;

std::string_view FakeApi::source() {
    return R"xproto(
option app_label = "core";
message Service (XOSBase) {
    required string name = 1 [max_length = 30, unique = True, db_index = True];
}
message Slice (XOSBase) {
    required string name = 1 [max_length = 30];
}
message Network (XOSBase) {
    required string name = 1 [max_length = 30];
    optional manytoone owner->Slice:networks = 2:1001 [on_delete = cascade, db_index = True];
    optional string subnet = 3 [max_length = 30, feedback_state = True];
}
message Instance (XOSBase) {
    required string name = 1 [max_length = 30];
    optional manytoone slice->Slice:instances = 2:1002 [on_delete = cascade, db_index = True];
    optional manytoone network->Network:instances = 3:1001 [db_index = True];
    optional manytoone parent->Instance:children = 4:1001 [db_index = True];
    optional string ip = 5 [max_length = 30, feedback_state = True];
}
message Port (XOSBase) {
    optional manytoone instance->Instance:ports = 1:1002 [on_delete = cascade, db_index = True];
    optional string mac = 2 [max_length = 30];
}
message Attachment (XOSBase) {
    optional manytoone instance->Instance:attachments = 1:1003 [db_index = True];
    optional manytoone network->Network:attachments = 2:1002 [db_index = True];
}
)xproto";
}

FakeApi::FakeApi() {
    auto built = schema::Schema::build(
        {{.file = "fake.xproto", .app = "core", .text = std::string(source())}});
    if (const auto* problems = std::get_if<schema::Problems>(&built))
        check_failed(schema::format(*problems), __FILE__, __LINE__);
    schema_ = std::get<std::shared_ptr<const schema::Schema>>(built);
    Json fields;
    fields.set("name", "fake");
    service_ = create("Service", std::move(fields));
}

void FakeApi::begin() {
    if (depth_++ == 0) {
        ++revision_.value;
        changed_.clear();
    }
}

void FakeApi::end() {
    if (--depth_ > 0)
        return;
    std::sort(changed_.begin(), changed_.end());
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    if (changed_.empty()) {
        --revision_.value;
        return;
    }
    for (const ObjectId id : changed_) {
        if (has(id))
            history_.push_back(put(id));
        else
            history_.push_back({.kind = WatchEvent::Kind::Remove, .id = id, .revision = revision_});
    }
    history_.back().position = client::Position{lineage_, revision_};
}

void FakeApi::touch(ObjectId id, std::initializer_list<std::pair<std::string_view, Json>> fields) {
    for (const auto& [name, value] : fields)
        objects_.at(id).fields.set(name, value);
    objects_.at(id).fields.set("revision", revision_.value);
    changed_.push_back(id);
}

void FakeApi::touch_goal(ObjectId id) {
    touch(id, {{"goal_revision", Json(revision_.value)}, {"backend_code", 0}});
}

WatchEvent FakeApi::put(ObjectId id) const {
    const Object& object = objects_.at(id);
    return {.kind = WatchEvent::Kind::Put,
            .type = "core." + object.type,
            .id = id,
            .object = object.fields,
            .changed = {},
            .revision = revision_};
}

ObjectId FakeApi::create(const std::string& type, Json fields) {
    begin();
    const ObjectId id{next_id_++};
    fields.set("id", id.value);
    fields.set("backend_code", 0);
    if (std::find(owned_.begin(), owned_.end(), type) != owned_.end())
        fields.set("backend_owner_id", service_.value);
    objects_.emplace(id, Object{type, std::move(fields)});
    touch_goal(id);
    end();
    return id;
}

void FakeApi::update(ObjectId id, const Json& fields) {
    begin();
    for (const auto& [name, value] : *fields.as_object())
        touch(id, {{name, value}});
    touch_goal(id);
    end();
}

void FakeApi::remove(ObjectId id) {
    begin();
    touch(id, {{"deleted", true}});
    touch_goal(id);
    if (field(id, "backend_owner_id").is_null())
        objects_.erase(id);
    end();
}

void FakeApi::purge(ObjectId id) {
    begin();
    objects_.erase(id);
    changed_.push_back(id);
    end();
}

void FakeApi::commit_together(const std::function<void()>& changes) {
    begin();
    changes();
    end();
}

void FakeApi::apply(const StatusItem& item) {
    const bool is_new =
        item.goal_revision.value == static_cast<std::uint64_t>(number(item.id, "goal_revision"));
    const bool is_done = item.state == StatusItem::State::Done;
    touch(item.id,
          {{"backend_code", item.state == StatusItem::State::Failed ? 2
                            : is_done && is_new                     ? 1
                                                                    : 0},
           {"backend_status", item.text},
           {"backend_waiting_for", item.waiting_for ? Json(item.waiting_for->value) : Json()}});
    if (is_done)
        touch(item.id, {{"synced_revision", Json(item.goal_revision.value)}});
    if (!item.inputs.empty())
        touch(item.id, {{"backend_inputs", item.inputs}});
    if (item.handle)
        touch(item.id, {{"backend_handle", *item.handle}});
    if (const auto* feedback = item.feedback.as_object()) {
        for (const auto& [name, value] : *feedback)
            touch(item.id, {{name, value}});
    }
}

client::StatusAnswer FakeApi::post(const client::StatusBatch& batch) {
    client::StatusAnswer answer;
    begin();
    for (const StatusItem& item : batch.items) {
        if (!has(item.id) ||
            number(item.id, "backend_owner_id") != static_cast<std::int64_t>(service_.value)) {
            answer.refusals.push_back({item.id, "not_found", "it is not the service's"});
            continue;
        }
        ++statuses_;
        if (item.state != StatusItem::State::Clean) {
            apply(item);
            continue;
        }
        touch(item.id, {{"backend_owner_id", Json()}});
        if (field(item.id, "deleted") == Json(true))
            objects_.erase(item.id);
    }
    end();
    if (batch.caught_up)
        caught_up_ = *batch.caught_up;
    answer.revision = revision_;
    return answer;
}

std::vector<WatchEvent> FakeApi::events_since(const std::optional<client::Position>& since) const {
    std::vector<WatchEvent> events;
    const WatchEvent bookmark{.kind = WatchEvent::Kind::Bookmark,
                              .revision = revision_,
                              .position = client::Position{lineage_, revision_}};
    if (since && since->lineage == lineage_ && since->revision >= first_kept_) {
        for (const WatchEvent& event : history_) {
            if (event.revision > since->revision)
                events.push_back(event);
        }
        return events;
    }
    if (since)
        events.push_back({.kind = WatchEvent::Kind::Reset});
    for (const auto& [id, object] : objects_)
        events.push_back(put(id));
    events.push_back(bookmark);
    return events;
}

void FakeApi::forget_history() {
    history_.clear();
    first_kept_ = Revision{revision_.value + 1};
}

void FakeApi::start_lineage(std::string lineage) {
    lineage_ = std::move(lineage);
    forget_history();
}

Json FakeApi::field(ObjectId id, std::string_view name) const {
    const auto at = objects_.find(id);
    const Json* value = at == objects_.end() ? nullptr : at->second.fields.find(name);
    return value ? *value : Json();
}

std::string FakeApi::text(ObjectId id, std::string_view name) const {
    const Json value = field(id, name);
    return value.as_string() ? *value.as_string() : "";
}

std::int64_t FakeApi::number(ObjectId id, std::string_view name) const {
    const Json value = field(id, name);
    return value.as_int() ? *value.as_int() : 0;
}

bool FakeApi::is_ready(ObjectId id) const {
    return has(id) && number(id, "backend_code") == 1 &&
           number(id, "synced_revision") >= number(id, "goal_revision");
}

}  // namespace xos::synchronizer
