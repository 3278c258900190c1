#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

/// A Slice that is made with `network` unset owns two Networks: `<slice>-private`, and
/// `<slice>-nat` with a way out. They are ordinary Networks that may be changed and deleted later.
class SliceNetworks : public CoreRule {
public:
    explicit SliceNetworks(FieldsPointer fields)
        : CoreRule("slice networks", fields, {fields->slice.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const Row* slice = find_live(change, fields().slice.type, edit.id());
        // Later edits of the same transaction come with `before`, so that it makes them only once.
        if (!slice || edit.before)
            return {};
        const std::string_view network = slice->string(fields().slice.network);
        if (!network.empty() && network != "None")
            return {};
        TRY(create(change, *slice, "-private", "Private"));
        return create(change, *slice, "-nat", "Public shared IPv4");
    }

private:
    Result<void> create(Change& change, const Row& slice, std::string_view suffix,
                        const std::string& template_name) const {
        const auto& networks = fields().network;
        const auto found = change.view().find_equal(fields().network_template.type,
                                                    fields().network_template.name, template_name);
        if (found.empty())
            return refuse(change, slice, fields().slice.network,
                          "there is no network template \"" + template_name +
                              "\" for its networks; with network \"noauto\" it gets none");
        const std::string name = std::string(slice.string(fields().slice.name)).append(suffix);
        const auto owned = change.view().live_linking(networks.type, networks.owner, slice.id());
        const bool is_made = std::any_of(owned.begin(), owned.end(), [&](const Row* network) {
            return network->string(networks.name) == name;
        });
        if (!is_made)
            change.create(networks.type, {{networks.name, name},
                                          {networks.network_template, found.front()->id()},
                                          {networks.owner, slice.id()}});
        return {};
    }
};

}  // namespace

RulePointer make_slice_networks(FieldsPointer fields) {
    return std::make_unique<SliceNetworks>(std::move(fields));
}

}  // namespace xos::core
