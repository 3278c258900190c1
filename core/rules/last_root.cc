#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// There is always a root who can act: a live User with `is_admin` who is active and not
/// read-only. Who would take the last one away, by whatever field or by deletion, is refused.
class LastRoot : public CoreRule {
public:
    explicit LastRoot(FieldsPointer fields) : CoreRule("last root", fields, {fields->user.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& users = fields().user;
        if (!edit.before || !is_acting_root(*edit.before))
            return {};
        if (const Row* user = find_live(change, users.type, edit.id());
            user && is_acting_root(*user))
            return {};
        bool is_left = false;
        change.view().for_each(users.type, [&](const Row& user) {
            is_left = is_acting_root(user);
            return !is_left;
        });
        if (is_left)
            return {};
        return conflict(change, *edit.before,
                        "it is the last root who can act: make another user one first (is_admin, "
                        "is_active, not is_readonly)");
    }

private:
    bool is_acting_root(const Row& user) const {
        const auto& users = fields().user;
        return !user.deleted() && user.boolean(users.is_admin) && user.boolean(users.is_active) &&
               !user.boolean(users.is_readonly);
    }
};

}  // namespace

RulePointer make_last_root(FieldsPointer fields) {
    return std::make_unique<LastRoot>(std::move(fields));
}

}  // namespace xos::core
