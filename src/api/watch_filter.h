#pragma once

#include "api/dependencies.h"
#include "api/reader.h"
#include "api/selection.h"
#include "kernel/kernel.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace xos::api {

/// The model going from one published version to the next: the commits of one announcement taken
/// together, one edit an object. Touched by one thread.
struct Transition {
    explicit Transition(std::shared_ptr<const kernel::Announcement> from);

    Revision revision() const { return announcement->after->revision(); }
    /// Roughly the memory that keeping it costs.
    std::size_t size() const;

    std::shared_ptr<const kernel::Announcement> announcement;
    std::vector<model::Edit> edits;  ///< In order of id.
};

/// What one stream, or several that are alike, want to hear of and may. Immutable.
class WatchFilter {
public:
    /// What readers are made of.
    struct Sources {
        const access::Access& access;
        TextCache& texts;
    };
    struct Wish {
        std::string types;  ///< "Slice,core.Instance"; empty: all.
        std::string q;
    };
    /// Invalid with all mistakes of the wish.
    static Result<std::shared_ptr<const WatchFilter>> create(const Reader& reader,
                                                             const Wish& wish);

    /// Filters with the same key give the same events.
    const std::string& key() const { return key_; }
    const access::Principal& principal() const { return principal_; }
    /// The types to go through for the present state, each once, none abstract.
    const std::vector<TypeId>& leaves() const { return leaves_; }
    bool shows(const Reader& reader, const model::Row& row) const;

    /// The events of a transition, in the wire's form; the last carries `id`. Empty when there are
    /// none.
    std::string render(const Sources& sources, const Transition& transition,
                       const std::string& id) const;
    /// One event that shows a row as it is.
    static void append_put(std::string& out, const Reader& reader, const model::Row& row);

private:
    struct Candidate {
        const model::Row* before = nullptr;
        const model::Row* after = nullptr;
        bool is_edited = false;
    };
    using Candidates = std::map<ObjectId, Candidate>;

    explicit WatchFilter(access::Principal principal) : principal_(std::move(principal)) {}
    void add_type(const schema::Type& type, std::shared_ptr<const Selection> selection);
    void depend_on_policies(const schema::Schema& schema);
    bool watches(TypeId leaf) const { return selections_.count(leaf) > 0; }
    Candidates find_candidates(const Transition& transition) const;
    void add_all(const Transition& transition, Candidates& candidates) const;

    const access::Principal principal_;
    std::string key_;
    std::vector<TypeId> leaves_;
    /// By leaf type; nullptr where everything is wanted.
    std::unordered_map<TypeId, std::shared_ptr<const Selection>> selections_;
    Dependencies dependencies_;
};

}  // namespace xos::api
