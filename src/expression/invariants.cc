#include "expression/invariants.h"

#include "expression/evaluator.h"

#include <algorithm>
#include <iterator>

namespace xos::expression {

using model::Row;
using schema::InvariantRead;
using schema::Path;

namespace {

void make_unique(std::vector<ObjectId>& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

/// The path from step `first` on, from an object.
Path from_object(const Path& path, std::size_t first = 0) {
    Path out;
    out.steps.assign(path.steps.begin() + static_cast<std::ptrdiff_t>(first), path.steps.end());
    return out;
}

/// Goes from objects of a quantifier to those that are tied to them.
class Outwards {
public:
    Outwards(model::View view, const Row& changed, const Row* before)
        : view_(view), changed_(changed), before_(before) {}

    std::vector<ObjectId> hop(const InvariantRead::Hop& hop, const std::vector<ObjectId>& ids) {
        out_.clear();
        for (const ObjectId id : ids) {
            if (const Row* row = view_.find(id))
                follow(hop, *row, 0);
        }
        // Where a link on the way has moved, it led elsewhere before.
        for (std::size_t i = 0; before_ && i < hop.here.steps.size(); ++i) {
            if (view_.schema().is_a(changed_.type(), hop.here.steps[i].type))
                follow(hop, *before_, i);
        }
        make_unique(out_);
        return std::move(out_);
    }

private:
    void follow(const InvariantRead::Hop& hop, const Row& row, std::size_t first) {
        const Context context{.object = &row};
        for (const Row* met : Evaluator(view_).objects(from_object(hop.here, first), context)) {
            for (const Row* source : sources(view_, hop.there, *met))
                out_.push_back(source->id());
        }
    }

    model::View view_;
    const Row& changed_;
    const Row* before_;
    std::vector<ObjectId> out_;
};

}  // namespace

std::vector<ObjectId> objects_reading(model::View view, const InvariantRead& read,
                                      const Row& changed, const Row* before) {
    std::vector<ObjectId> ids = readers(view, from_object(read.path), changed, before);
    // That it is there at all counts for a quantifier.
    if (!read.hops.empty() && view.schema().is_a(changed.type(), read.hops[0].type))
        ids.push_back(changed.id());
    for (const InvariantRead::Hop& hop : read.hops) {
        if (ids.empty())
            return ids;
        ids = Outwards(view, changed, before).hop(hop, ids);
    }
    make_unique(ids);
    return ids;
}

}  // namespace xos::expression
