#pragma once

#include "base/json.h"
#include "client/service_api.h"
#include "client/watch.h"
#include "schema/schema.h"

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::synchronizer {

/// A model in memory that behaves as a service's end of the API does: it counts revisions and
/// goals, gives objects their owner, tells changes as a watch would, takes statuses, and purges
/// what is clean. It has the types of `source()` and checks nothing. Not thread-safe.
class FakeApi {
public:
    FakeApi();

    /// Service, Slice, Network (owner, subnet), Instance (slice, network, parent, ip),
    /// Port (instance), and Attachment (instance, network), all of app "core".
    static std::string_view source();
    std::shared_ptr<const schema::Schema> schema() const { return schema_; }

    /// Objects of these types are made real by the service called "fake" from now on.
    void own(std::vector<std::string> types) { owned_ = std::move(types); }
    ObjectId service() const { return service_; }

    /// Each of these is one commit, unless it is inside `commit_together`.
    ObjectId create(const std::string& type, Json fields);
    void update(ObjectId id, const Json& fields);
    /// Wants it deleted; it goes at once when nobody makes it real.
    void remove(ObjectId id);
    /// Takes it out of sight, as after a purge.
    void purge(ObjectId id);
    void commit_together(const std::function<void()>& changes);

    client::StatusAnswer post(const client::StatusBatch& batch);

    /// The events of a watch that resumes at `since`, or starts.
    std::vector<client::WatchEvent> events_since(
        const std::optional<client::Position>& since) const;
    /// Forgets how it came to the present state: the next watch gets `reset`.
    void forget_history();
    /// Goes on as another history of the same objects.
    void start_lineage(std::string lineage);

    bool has(ObjectId id) const { return objects_.contains(id); }
    /// A field by its API name.
    Json field(ObjectId id, std::string_view name) const;
    std::string text(ObjectId id, std::string_view name) const;
    std::int64_t number(ObjectId id, std::string_view name) const;
    bool is_ready(ObjectId id) const;
    Revision revision() const { return revision_; }
    Revision caught_up() const { return caught_up_; }
    /// How many statuses were taken in all.
    std::size_t statuses() const { return statuses_; }

private:
    struct Object {
        std::string type;
        Json fields;
    };

    void begin();
    void end();
    void touch(ObjectId id, std::initializer_list<std::pair<std::string_view, Json>> fields);
    void touch_goal(ObjectId id);
    void apply(const client::StatusItem& item);
    client::WatchEvent put(ObjectId id) const;

    std::shared_ptr<const schema::Schema> schema_;
    std::string lineage_ = "fake";
    std::map<ObjectId, Object> objects_;
    std::vector<client::WatchEvent> history_;  // With a position on the last of each revision.
    Revision first_kept_;
    Revision revision_, caught_up_;
    std::uint64_t next_id_ = 1;
    ObjectId service_;
    std::vector<std::string> owned_;
    std::vector<ObjectId> changed_;
    int depth_ = 0;
    std::size_t statuses_ = 0;
};

}  // namespace xos::synchronizer
