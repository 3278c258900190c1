#include "core/rules/access_list.h"
#include "core/rules/admission.h"
#include "core/rules/location.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// A Deployment's access list can be read, and says alone who may acquire there; image, flavor and
/// template are among those that it offers. Asked for each Instance when it comes to the Deployment
/// or changes what it is made of, and for each ControllerNetwork when it is made; tightening a list
/// later ends nothing.
class DeploymentPolicy : public AdmissionRule {
public:
    explicit DeploymentPolicy(FieldsPointer fields)
        : AdmissionRule(
              "deployment policy", fields,
              {fields->deployment.type, fields->instance.type, fields->controller_network.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& instances = fields().instance;
        if (const Row* instance = find_live(change, instances.type, edit.id())) {
            if (touches(change, edit,
                        {instances.slice, instances.node, instances.deployment, instances.image,
                         instances.flavor}))
                return check_instance(change, *instance);
        } else if (const Row* made =
                       find_live(change, fields().controller_network.type, edit.id())) {
            if (!edit.before)
                return check_network(change, *made);
        } else if (const Row* deployment = find_live(change, fields().deployment.type, edit.id())) {
            if (touches(change, edit, {fields().deployment.access_list}))
                return check_list(change, *deployment);
        }
        return {};
    }

private:
    Result<void> check_instance(const Change& change, const Row& instance) const {
        const auto& instances = fields().instance;
        const Row* node = find_live(change, fields().node.type, instance.link(instances.node));
        if (!node)
            return {};
        const std::string reason = why_no_instance(
            change.view(), fields(), instance, deployment_of_node(change.view(), fields(), *node));
        return reason.empty() ? Result<void>() : refuse(change, instance, reason);
    }

    Result<void> check_network(const Change& change, const Row& made) const {
        const View view = change.view();
        const auto& shadows = fields().controller_network;
        const Row* network = view.follow(made, shadows.network);
        const Row* controller = view.follow(made, shadows.controller);
        if (!network || !controller)
            return {};
        const ObjectId deployment = controller->link(fields().controller.deployment);
        for (const std::string& reason :
             {why_not_admitted(view, fields(), network->link(fields().network.owner), deployment),
              why_no_network(view, fields(), *network, deployment)}) {
            if (!reason.empty())
                return refuse(change, *network, reason);
        }
        return {};
    }

    Result<void> check_list(const Change& change, const Row& deployment) const {
        const auto list = AccessList::parse(deployment.string(fields().deployment.access_list));
        if (list)
            return {};
        std::string text;
        for (const ErrorDetail& detail : list.error().details())
            text += (text.empty() ? "" : "; ") + detail.message;
        return refuse(change, deployment, fields().deployment.access_list, text);
    }
};

}  // namespace

RulePointer make_deployment_policy(FieldsPointer fields) {
    return std::make_unique<DeploymentPolicy>(std::move(fields));
}

}  // namespace xos::core
