#include "kernel/rule.h"

#include "base/text.h"
#include "kernel/describe.h"

#include <algorithm>
#include <set>

namespace xos::kernel {

namespace {

constexpr int kMostRounds = 32;

bool is_watched(const schema::Schema& schema, const Rule& rule, TypeId type) {
    const auto watches = rule.watches();
    return std::any_of(watches.begin(), watches.end(),
                       [&](TypeId watched) { return schema.is_a(type, watched); });
}

/// The edits since a mark. Most rules of a round ask for the same ones.
class EditCache {
public:
    explicit EditCache(const Change& change) : change_(change) {}

    const std::vector<model::Edit>& since(std::size_t mark) {
        if (from_ != mark || to_ != change_.mark()) {
            edits_ = change_.edits_since(mark);
            from_ = mark;
            to_ = change_.mark();
        }
        return edits_;
    }

private:
    const Change& change_;
    std::size_t from_ = 0, to_ = 0;
    std::vector<model::Edit> edits_;
};

Error endless(const Change& change, std::size_t mark, const std::set<std::string_view>& names) {
    std::vector<std::string> objects;
    for (const model::Edit& edit : change.edits_since(mark)) {
        if (objects.size() < 5)
            objects.push_back(describe(change.view(), edit.any()));
    }
    return Error{ErrorCode::Invalid, "the rules " + join(names, ", ") +
                                         " do not come to an end with " + join(objects, ", ")};
}

}  // namespace

Result<void> run_rules(const Rules& rules, Change& change) {
    std::vector<std::size_t> seen(rules.size(), change.start());
    EditCache cache(change);
    for (int round = 0;; ++round) {
        const std::size_t round_start = change.mark();
        std::set<std::string_view> active;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            if (seen[i] == change.mark())
                continue;
            const auto edits = cache.since(seen[i]);
            const std::size_t before = seen[i] = change.mark();
            for (const model::Edit& edit : edits) {
                if (!is_watched(change.schema(), *rules[i], edit.any().type()))
                    continue;
                change.set_subject(edit.id());
                TRY(rules[i]->apply(change, edit));
            }
            if (change.mark() != before)
                active.insert(rules[i]->name());
        }
        if (change.mark() == round_start)
            return {};
        if (round == kMostRounds)
            return endless(change, round_start, active);
    }
}

}  // namespace xos::kernel
