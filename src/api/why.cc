#include "api/why.h"

#include "api/reader.h"
#include "api/targets.h"
#include "base/text.h"
#include "kernel/kernel.h"

#include <set>

namespace xos::api {

using model::FieldIndex;
using model::Row;
using schema::FieldType;

namespace {

namespace base = schema::base_field;

/// A chain of causes names so many objects at most.
constexpr std::size_t kMostNamed = 50;

class Causes {
public:
    Causes(const Reader& reader, const Services& services)
        : reader_(reader), view_(reader.view()), services_(services) {}

    Json describe(const Row& row) {
        seen_.insert(row.id());
        const schema::Type& type = view_.type_of(row);
        Json json;
        json.set("id", row.id().value);
        json.set("type", type.full_name());
        json.set("name", reader_.name_of(row));
        json.set("ready", row.ready());
        json.set("state", state_of(row));
        if (!row.is_null(base::kBackendOwner))
            add_outcome(row, json);
        Json causes(Json::Array{});
        add_causes(row, causes);
        json.set("because", std::move(causes));
        return json;
    }

private:
    static std::string_view state_of(const Row& row) {
        if (row.deleted())
            return "deleting";
        if (row.ready())
            return "ready";
        if (row.boolean(base::kNoSync) || row.boolean(base::kLazyBlocked))
            return "held";
        if (row.integer(base::kBackendCode) == 2)
            return "failed";
        return row.is_null(base::kBackendWaitingFor) ? "in_progress" : "waiting";
    }

    void add_outcome(const Row& row, Json& json) const {
        if (const Row* owner = view_.follow(row, base::kBackendOwner))
            json.set("owner", reader_.name_of(*owner));
        json.set("text", row.string(base::kBackendStatus));
        if (!row.is_null(base::kBackendSince))
            json.set("since", format_time(from_microseconds(row.integer(base::kBackendSince))));
        json.set("goal_revision", row.goal_revision().value);
        json.set("synced_revision", row.is_null(base::kSyncedRevision)
                                        ? Json()
                                        : Json(row.integer(base::kSyncedRevision)));
    }

    void add_causes(const Row& row, Json& causes) {
        if (row.ready())
            return;
        if (row.boolean(base::kNoSync))
            add_reason("no_sync is set", causes);
        if (row.boolean(base::kLazyBlocked))
            add_reason("it is made only once something needs it", causes);
        if (const Row* owner = view_.follow(row, base::kBackendOwner))
            add_owner(*owner, causes);
        if (!row.is_null(base::kBackendWaitingFor)) {
            const auto id = static_cast<std::uint64_t>(row.integer(base::kBackendWaitingFor));
            add_object("waits for", view_.find(ObjectId{id}), causes);
        }
        if (row.deleted())
            add_linking(row, causes);
        else
            add_links(row, causes);
    }

    void add_owner(const Row& owner, Json& causes) const {
        const std::string name = reader_.name_of(owner);
        const auto enabled = view_.type_of(owner).find_field_index("enabled");
        if (enabled && !owner.boolean(*enabled))
            add_reason("its service \"" + name + "\" is not enabled", causes);
        else if (const std::string absence = services_.absence(name); !absence.empty())
            add_reason("its service is \"" + name + "\": " + absence, causes);
    }

    /// What it links to and is not ready.
    void add_links(const Row& row, Json& causes) {
        const schema::Type& type = view_.type_of(row);
        for (std::size_t i = base::kCount; i < type.fields.size(); ++i) {
            const auto at = static_cast<FieldIndex>(i);
            if (type.fields[i].type != FieldType::Link || !reader_.sees(row, at))
                continue;
            const Row* target = view_.follow(row, at);
            if (target && !target->ready())
                add_object("its " + type.fields[i].name + " is not ready", target, causes);
        }
    }

    /// What still links to a deleted object.
    void add_linking(const Row& row, Json& causes) {
        for (const model::LinkPlace& place : view_.layout().links_to(row.type())) {
            if (place.field < base::kCount)
                continue;
            for (const Row* linking : view_.linking(place.type, place.field, row.id()))
                add_object("is still there and links to it", linking, causes);
        }
    }

    static void add_reason(std::string reason, Json& causes) {
        Json json;
        json.set("reason", std::move(reason));
        causes.add(std::move(json));
    }

    void add_object(std::string reason, const Row* row, Json& causes) {
        Json json;
        json.set("reason", std::move(reason));
        if (!row)
            return;
        if (!reader_.sees(*row))
            json.set("hidden", true);
        else if (seen_.count(row->id()) > 0 || seen_.size() >= kMostNamed)
            json.set("object", name_only(*row));
        else
            json.set("object", describe(*row));
        causes.add(std::move(json));
    }

    /// An object that stands in the chain already, or is one too many.
    Json name_only(const Row& row) const {
        Json json;
        json.set("id", row.id().value);
        json.set("type", view_.type_of(row).full_name());
        json.set("name", reader_.name_of(row));
        return json;
    }

    const Reader& reader_;
    const model::View view_;
    const Services& services_;
    std::set<ObjectId> seen_;
};

}  // namespace

void Why::get(const CallPointer& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    const auto row = get_object(reader, *call);
    if (!row)
        return call->refuse(row.error());
    Json json = Causes(reader, services_).describe(**row);
    const Row* owner = reader.view().follow(**row, base::kBackendOwner);
    if (!owner)
        return call->answer_json(json.format());
    services_.ask(reader.name_of(*owner), {.kind = "why", .object = (*row)->id()},
                  [call, json](Result<Json> answer) {
                      Json whole = json;
                      if (answer) {
                          whole.set("synchronizer", *answer);
                      } else {
                          Json error;
                          error.set("error", to_string(answer.error().code()));
                          error.set("detail", answer.error().message());
                          whole.set("synchronizer", std::move(error));
                      }
                      call->answer_json(whole.format());
                  });
}

}  // namespace xos::api
