#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

/// All live Instances of a Slice have its `default_image`. A Slice without one takes that of its
/// first Instance, else the default of the Deployment named there. The parent of a `container_vm`
/// may have another image.
class OneImage : public CoreRule {
public:
    explicit OneImage(FieldsPointer fields)
        : CoreRule("one image a slice", fields, {fields->slice.type, fields->instance.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& instances = fields().instance;
        if (change.schema().is_a(edit.any().type(), fields().slice.type)) {
            if (touches(change, edit, {fields().slice.default_image}))
                return settle_slice(change, edit.id());
            return {};
        }
        if (!touches(change, edit,
                     {instances.slice, instances.image, instances.parent, instances.isolation}))
            return {};
        TRY(settle(change, edit.id()));
        // A parent may have become an ordinary Instance.
        if (edit.before && !edit.before->is_null(instances.parent))
            return settle(change, edit.before->link(instances.parent));
        return {};
    }

private:
    Result<void> settle_slice(Change& change, ObjectId slice) const {
        const auto& instances = fields().instance;
        for (const Row* instance :
             change.view().live_linking(instances.type, instances.slice, slice))
            TRY(settle(change, instance->id()));
        return {};
    }

    Result<void> settle(Change& change, ObjectId id) const {
        const auto& instances = fields().instance;
        const Row* instance = find_live(change, instances.type, id);
        const Row* slice =
            instance ? find_live(change, fields().slice.type, instance->link(instances.slice))
                     : nullptr;
        if (!slice)
            return {};
        if (slice->is_null(fields().slice.default_image))
            TRY(choose_image(change, *slice));
        const ObjectId image = change.view().find(slice->id())->link(fields().slice.default_image);
        if (image.value == 0 && instance->is_null(instances.image))
            return refuse(
                change, *instance, instances.image,
                "give an image, or set default_image of " + describe(change.view(), *slice));
        if (instance->is_null(instances.image))
            change.update(id, {{instances.image, image}});
        else if (instance->link(instances.image) != image && !is_exempt(change.view(), *instance))
            return mismatch(change, *instance, *slice);
        return {};
    }

    bool is_exempt(View view, const Row& instance) const {
        const auto& instances = fields().instance;
        const auto children = view.live_linking(instances.type, instances.parent, instance.id());
        return std::any_of(children.begin(), children.end(), [&](const Row* child) {
            return child->string(instances.isolation) == "container_vm";
        });
    }

    /// Leaves the Slice without an image when none of its Instances says which.
    Result<void> choose_image(Change& change, const Row& slice) const {
        const auto& instances = fields().instance;
        const auto all = change.view().live_linking(instances.type, instances.slice, slice.id());
        const auto old = std::find_if(all.begin(), all.end(), [&](const Row* instance) {
            return !is_new(change, instance->id()) && !is_exempt(change.view(), *instance);
        });
        if (old != all.end() && has_changed(change, slice, fields().slice.default_image))
            return refuse(change, slice, fields().slice.default_image,
                          describe(change.view(), **old) + " has " +
                              describe(change.view(), (*old)->link(instances.image)) +
                              ": a slice with instances keeps its image");
        for (const Row* instance : all) {
            const ObjectId image = is_exempt(change.view(), *instance)
                                       ? ObjectId{}
                                       : image_named_by(change, *instance);
            if (image.value == 0)
                continue;
            change.update(slice.id(), {{fields().slice.default_image, image}});
            return {};
        }
        return {};
    }

    ObjectId image_named_by(const Change& change, const Row& instance) const {
        if (!instance.is_null(fields().instance.image))
            return instance.link(fields().instance.image);
        const Row* deployment = find_live(change, fields().deployment.type,
                                          instance.link(fields().instance.deployment));
        return deployment ? deployment->link(fields().deployment.default_image) : ObjectId{};
    }

    Error mismatch(const Change& change, const Row& instance, const Row& slice) const {
        const View view = change.view();
        const ObjectId image = slice.link(fields().slice.default_image);
        if (has_changed(change, slice, fields().slice.default_image) &&
            !is_new(change, instance.id()))
            return refuse(change, slice, fields().slice.default_image,
                          describe(view, instance) + " has " +
                              describe(view, instance.link(fields().instance.image)) +
                              ": replace the instances in the same transaction");
        return refuse(
            change, instance, fields().instance.image,
            describe(view, slice) + " has " + describe(view, image) + ": leave image unset");
    }
};

}  // namespace

RulePointer make_one_image(FieldsPointer fields) {
    return std::make_unique<OneImage>(std::move(fields));
}

}  // namespace xos::core
