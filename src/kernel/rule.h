#pragma once

#include "kernel/change.h"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace xos::kernel {

/// A rule of the model that holds after every commit because each commit makes it so, or an
/// admission rule that refuses what it does not allow.
///
/// Rules run inside the commit, in a fixed order, again and again until none changes anything. A
/// rule is a pure function of what it reads through `change`: same state, same outcome; run twice,
/// it changes nothing the second time. Stateless, so it may run on several threads for plans.
class Rule {
public:
    virtual ~Rule() = default;

    /// For messages: "slice networks".
    virtual std::string_view name() const = 0;
    /// The types whose objects it wants to hear of when they change. Derived types count.
    virtual std::span<const TypeId> watches() const = 0;

    /// Whether it only says what may come, so that what is there need not conform to it.
    virtual bool is_admission() const { return false; }

    /// Looks at one object that has changed and makes the rule hold around it, or refuses. `edit`
    /// shows the object before (since this rule last saw it; nullptr: it is new) and after
    /// (nullptr: purged); further changes may have come since, so ask `change.view()` for the
    /// present state.
    virtual Result<void> apply(Change& change, const model::Edit& edit) const = 0;
};

using Rules = std::vector<std::unique_ptr<const Rule>>;

/// Runs `rules` on all edits of `change` to a fixed point: at most 32 rounds, then Invalid with
/// the names of the rules that go on and the objects they change.
Result<void> run_rules(const Rules& rules, Change& change);

}  // namespace xos::kernel
