#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// The name of a Slice starts with its site's `login_base`, is more than that, has no spaces.
class SliceName : public CoreRule {
public:
    explicit SliceName(FieldsPointer fields)
        : CoreRule("slice name", fields, {fields->slice.type, fields->site.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        if (const Row* slice = find_live(change, fields().slice.type, edit.id())) {
            if (touches(change, edit, {fields().slice.name, fields().slice.site}))
                return check(change, *slice);
        } else if (const Row* site = find_live(change, fields().site.type, edit.id())) {
            if (touches(change, edit, {fields().site.login_base}))
                return check_slices_of(change, *site);
        }
        return {};
    }

private:
    Result<void> check(const Change& change, const Row& slice) const {
        const Row* site = find_live(change, fields().site.type, slice.link(fields().slice.site));
        if (!site)
            return {};
        const std::string_view name = slice.string(fields().slice.name);
        const std::string base(site->string(fields().site.login_base));
        const std::string site_name = describe(change.view(), *site);
        if (name.find(' ') != std::string_view::npos)
            return refuse(change, slice, fields().slice.name, "a slice name has no spaces");
        if (!name.starts_with(base))
            return refuse(change, slice, fields().slice.name,
                          site_name + " has slices whose name starts with \"" + base +
                              "\", such as \"" + base + "_" + std::string(name) + "\"");
        if (name == base || name == base + "_")
            return refuse(change, slice, fields().slice.name,
                          "the name is more than the login base of " + site_name + ", such as \"" +
                              base + "_app\"");
        return {};
    }

    Result<void> check_slices_of(const Change& change, const Row& site) const {
        for (const Row* slice :
             change.view().live_linking(fields().slice.type, fields().slice.site, site.id())) {
            if (!check(change, *slice))
                return refuse(change, site, fields().site.login_base,
                              "the name of its " + describe(change.view(), *slice) +
                                  " does not go with it: rename that in the same transaction");
        }
        return {};
    }
};

}  // namespace

RulePointer make_slice_name(FieldsPointer fields) {
    return std::make_unique<SliceName>(std::move(fields));
}

}  // namespace xos::core
