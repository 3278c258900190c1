#pragma once

#include "base/guarded.h"
#include "journal/engine.h"

#include <map>
#include <optional>
#include <string>

namespace xos::journal {

/// A journal in memory that passes the same tests as the durable ones. It lasts as long as this
/// object: a test that restarts what uses it keeps it. It keeps no views and has no log to move.
class MemoryEngine final : public Engine {
public:
    explicit MemoryEngine(std::string lineage = "00112233445566778899aabbccddeeff");

    /// From now on every append, and every try of one, fails with `error`; with nothing, appends
    /// succeed again.
    void fail_appends(std::optional<Error> error);

    std::string lineage() const override;
    Revision head() const override;
    Result<Revision> oldest() override;
    ObjectId highest_id() const override;

    Result<void> append(std::span<const Commit> batch, Revision expected_head) override;
    Result<SchemaVersion> add_schema(std::string_view text) override;
    Result<void> begin_lineage(std::string_view lineage, ObjectId highest) override;

    Result<Revision> for_each_object(const ObjectVisitor& visit) override;
    Result<void> for_each_change(Revision since, const VersionVisitor& visit) override;
    Result<std::vector<Version>> versions(ObjectId id, Page page) override;
    Result<std::optional<Version>> find_object(ObjectId id, Revision at) override;
    Result<void> for_each_object_at(std::string_view type, Revision at,
                                    const VersionVisitor& visit) override;
    Result<Revision> revision_at(WallTime time) override;
    Result<std::string> get_schema(SchemaVersion version) override;
    Result<std::optional<SideRecord>> find_side(std::string_view kind,
                                                std::string_view key) override;
    Result<void> for_each_side(std::string_view kind, const SideVisitor& visit) override;

    Result<std::size_t> expire_side(WallTime now) override;
    Result<std::size_t> drop_versions(DropOptions options) override;
    Result<void> keep_views(std::span<const Shape> shapes) override;
    Result<void> checkpoint() override;
    Result<void> check_writing() override;
    Result<void> verify() override;

private:
    struct Object {
        std::string type;
        Revision revision;
        SchemaVersion schema;
        std::string document;
    };
    using Place = std::pair<Revision, std::size_t>;  // Revision and number within the commit.
    using History = std::map<Revision, Version>;
    struct State {
        std::string lineage;
        Revision head;
        ObjectId highest;
        Revision purges_dropped;
        Place drop_after;
        std::optional<Error> append_error;
        std::map<Revision, WallTime> commits;
        std::map<ObjectId, Object> objects;
        std::map<ObjectId, History> versions;
        std::map<Place, ObjectId> places;
        std::map<std::pair<std::string, std::string>, SideRecord> side;
        std::vector<std::string> schemas;
    };

    static void apply(State& state, const Commit& commit);
    static Result<std::optional<Version>> as_of(const History& history, Revision at);
    static bool drops(const State& state, const Version& version, const DropOptions& options);

    Guarded<State> state_;
};

}  // namespace xos::journal
