#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// A vm is made from a vm image, a container from a container image. A `container_vm` is a
/// container inside of a vm, its parent; no other Instance has one. Asked when the Instance
/// changes.
class Isolation : public AdmissionRule {
public:
    explicit Isolation(FieldsPointer fields)
        : AdmissionRule("isolation", fields, {fields->instance.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& instances = fields().instance;
        const Row* instance = find_live(change, instances.type, edit.id());
        if (!instance ||
            !touches(change, edit, {instances.isolation, instances.image, instances.parent}))
            return {};
        TRY(check_image(change, *instance));
        return check_parent(change, *instance);
    }

private:
    Result<void> check_image(const Change& change, const Row& instance) const {
        const auto& instances = fields().instance;
        const Row* image = find_live(change, fields().image.type, instance.link(instances.image));
        const std::string isolation(instance.string(instances.isolation));
        const std::string_view wanted = isolation == "vm" ? "vm" : "container";
        if (!image || isolation.empty() || image->string(fields().image.kind) == wanted)
            return {};
        return refuse(change, instance, instances.isolation,
                      "isolation " + isolation + " needs an image of kind " + std::string(wanted) +
                          ", and " + describe(change.view(), *image) + " is of kind " +
                          std::string(image->string(fields().image.kind)));
    }

    Result<void> check_parent(const Change& change, const Row& instance) const {
        const auto& instances = fields().instance;
        const bool is_inside = instance.string(instances.isolation) == "container_vm";
        if (!is_inside && !instance.is_null(instances.parent))
            return refuse(change, instance, instances.parent,
                          "only an instance with isolation container_vm has a parent");
        if (!is_inside)
            return {};
        const Row* parent = find_live(change, instances.type, instance.link(instances.parent));
        if (!parent)
            return refuse(change, instance, instances.parent,
                          "isolation container_vm needs the vm that it runs in as parent");
        if (parent->string(instances.isolation) != "vm")
            return refuse(change, instance, instances.parent,
                          "the parent is a vm, and " + describe(change.view(), *parent) +
                              " has isolation " + std::string(parent->string(instances.isolation)));
        return {};
    }
};

}  // namespace

RulePointer make_isolation(FieldsPointer fields) {
    return std::make_unique<Isolation>(std::move(fields));
}

}  // namespace xos::core
