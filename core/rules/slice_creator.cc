#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

/// When a Slice is made or gets another creator, the creator gets an explicit SlicePrivilege admin.
/// One that is taken away later stays away.
class SliceCreator : public CoreRule {
public:
    explicit SliceCreator(FieldsPointer fields)
        : CoreRule("slice creator", fields, {fields->slice.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& slices = fields().slice;
        const Row* slice = find_live(change, slices.type, edit.id());
        if (!slice || slice->is_null(slices.creator))
            return {};
        if (!is_new(change, slice->id()) && !has_changed(change, *slice, slices.creator))
            return {};
        const Row* admin = admin_role(change);
        if (!admin)
            return refuse(change, *slice, slices.creator,
                          "there is no slice role \"admin\" to give to the creator");
        grant(change, *slice, *admin);
        return {};
    }

private:
    const Row* admin_role(const Change& change) const {
        const auto found = change.view().find_equal(fields().slice_role.type,
                                                    fields().slice_role.role, std::string("admin"));
        return found.empty() ? nullptr : found.front();
    }

    void grant(Change& change, const Row& slice, const Row& role) const {
        const auto& privileges = fields().slice_privilege;
        const ObjectId creator = slice.link(fields().slice.creator);
        const auto held = change.view().live_linking(privileges.type, privileges.slice, slice.id());
        const bool is_granted = std::any_of(held.begin(), held.end(), [&](const Row* privilege) {
            return privilege->link(privileges.user) == creator &&
                   privilege->link(privileges.role) == role.id();
        });
        if (is_granted)
            return;
        change.create(privileges.type, {{privileges.user, creator},
                                        {privileges.slice, slice.id()},
                                        {privileges.role, role.id()}});
    }
};

}  // namespace

RulePointer make_slice_creator(FieldsPointer fields) {
    return std::make_unique<SliceCreator>(std::move(fields));
}

}  // namespace xos::core
