#pragma once

#include "base/result.h"
#include "journal/commit.h"
#include "journal/shape.h"
#include "journal/version.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xos::journal {

/// The durable log of one model: every object as it is, what each commit made of it, and what else
/// must survive with a commit. Rows, columns and revisions; it knows no schema.
///
/// Promises: what `append` has acknowledged is there after any crash, whole; what it has refused
/// is not; revisions follow each other without a gap. Leaves to the kernel: what a document means,
/// who may see it, when to clean up.
/// Threads: `append` is called by one thread at a time. All other functions may be called from
/// any thread, at any time; a read sees all of one moment and does not hold up `append`. The
/// engine makes no thread.
///
/// Errors of every function: Unavailable when the disk is full or does not answer; the same call
/// may succeed later. Internal when what is stored is damaged; the message says what to do.
class Engine {
public:
    /// An error that a visitor returns ends the walk and is its result.
    using ObjectVisitor = std::function<Result<void>(const ObjectView&)>;
    using VersionVisitor = std::function<Result<void>(const Version&)>;
    using SideVisitor = std::function<Result<void>(const SideRecord&)>;

    /// Which versions of an object: at most `limit`, all of them older than `before`.
    struct Page {
        std::optional<Revision> before = std::nullopt;
        std::size_t limit = 100;
    };
    /// What `drop_versions` may drop: versions that are older than `older_than`, and feedback
    /// versions that have at least `most_feedback` newer ones of the same object.
    struct DropOptions {
        WallTime older_than;
        std::size_t most_feedback = 100;
        std::size_t steps = 200;  ///< How many versions to look at: bounds the time of one call.
    };

    virtual ~Engine() = default;

    /// The name of this history, random. It changes only by `begin_lineage`.
    virtual std::string lineage() const = 0;
    /// The last commit; zero before the first.
    virtual Revision head() const = 0;
    /// The first commit of which something is kept; zero before the first.
    virtual Result<Revision> oldest() = 0;
    /// The highest id that any object ever had, purged ones included.
    virtual ObjectId highest_id() const = 0;

    /// Makes all of `batch` durable, or nothing of it. Stale when the head is not `expected_head`.
    /// Precondition: the revisions of `batch` follow `expected_head` one by one, no id is zero, no
    /// object is twice in a commit, and a purged object is live.
    virtual Result<void> append(std::span<const Commit> batch, Revision expected_head) = 0;
    /// The version of the schema with this text, which is stored when it is not there yet.
    virtual Result<SchemaVersion> add_schema(std::string_view text) = 0;
    /// Gives the journal the name `lineage`, after a backup was put in place: ids up to `highest`
    /// count as used.
    virtual Result<void> begin_lineage(std::string_view lineage, ObjectId highest) = 0;

    /// All live objects in the order of their ids, and the revision at which they are that.
    virtual Result<Revision> for_each_object(const ObjectVisitor& visit) = 0;
    /// What the commits after `since` did, in order, as far as it is kept. Each object's last
    /// version is always there. Gone when even ends of objects after `since` have been dropped.
    virtual Result<void> for_each_change(Revision since, const VersionVisitor& visit) = 0;
    /// The versions of one object, the newest first.
    virtual Result<std::vector<Version>> versions(ObjectId id, Page page) = 0;
    /// The object as of `at`; nothing when it did not exist then. Gone when what it was is no
    /// longer known: only for objects without history.
    virtual Result<std::optional<Version>> find_object(ObjectId id, Revision at) = 0;
    /// All objects of exactly this type as of `at`, in the order of their ids.
    virtual Result<void> for_each_object_at(std::string_view type, Revision at,
                                            const VersionVisitor& visit) = 0;
    /// The last commit that was not made after `time`; zero when there is none. Where the clock
    /// went back between commits, one of those that fit.
    virtual Result<Revision> revision_at(WallTime time) = 0;
    /// NotFound when there is no such version.
    virtual Result<std::string> get_schema(SchemaVersion version) = 0;
    /// Also finds what has expired and is not removed yet: whoever asks knows the time.
    virtual Result<std::optional<SideRecord>> find_side(std::string_view kind,
                                                        std::string_view key) = 0;
    /// The side records of a kind in the order of their keys.
    virtual Result<void> for_each_side(std::string_view kind, const SideVisitor& visit) = 0;

    /// Removes up to 200 side records that expired by `now`; how many it removed.
    virtual Result<std::size_t> expire_side(WallTime now) = 0;
    /// Drops versions, going around all of them from call to call; how many it dropped. Never
    /// drops a declarative version, the end of an object that has history, or a last version.
    virtual Result<std::size_t> drop_versions(DropOptions options) = 0;
    /// Keeps one view for each type for whoever reads the database with its own tools. Views that
    /// are not among `shapes` go.
    virtual Result<void> keep_views(std::span<const Shape> shapes) = 0;
    /// Moves what was appended to where it is read faster. Cheap when there is little to move;
    /// appends go on meanwhile. A thread of the owner calls it every 100 ms or so.
    virtual Result<void> checkpoint() = 0;
    /// Whether a small append would succeed now, tried out.
    virtual Result<void> check_writing() = 0;
    /// Reads all that is stored and checks it. Takes seconds for each GB.
    virtual Result<void> verify() = 0;
};

}  // namespace xos::journal
