#include "base/text.h"
#include "core/rules/admission.h"
#include "core/rules/group_domains.h"
#include "core/rules/location.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace xos::core {

namespace {

constexpr std::size_t kMostReasons = 20;

/// What a Controller says that its back-end can do: the words of its `layers`.
std::vector<std::string> words_of(std::string_view layers) {
    std::vector<std::string> words(1);
    for (const char letter : layers) {
        const bool is_part = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                             (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
        if (is_part)
            words.back() += letter;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty())
        words.pop_back();
    return words;
}

/// Why one node does not take an Instance.
struct Reason {
    ObjectId node;
    std::string text;
};

/// An Instance without a node gets the one with the fewest live Instances, then the lowest id, of
/// those that can take it and whose deployment admits it. A `container_vm` goes where its parent
/// is, and the Instances of a Slice with a `default_node` go there. A node that is given must be
/// able to take the Instance, too. Asked when the Instance is placed: later a node may be disabled.
class Placement : public CoreRule {
public:
    explicit Placement(FieldsPointer fields)
        : CoreRule("placement", fields, {fields->instance.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& instances = fields().instance;
        const Row* instance = find_live(change, instances.type, edit.id());
        if (!instance ||
            !touches(change, edit, {instances.node, instances.isolation, instances.parent}))
            return {};
        if (instance->is_null(instances.node))
            return place(change, *instance);
        return check_given(change, edit, *instance);
    }

private:
    /// What each Deployment that was asked says to the Instance.
    using Answers = std::unordered_map<ObjectId, std::string>;

    Result<void> check_given(const Change& change, const Edit& edit, const Row& instance) const {
        const auto& instances = fields().instance;
        const Row* node = find_live(change, fields().node.type, instance.link(instances.node));
        const Row* parent = find_live(change, instances.type, instance.link(instances.parent));
        if (!node)
            return {};
        if (parent && parent->link(instances.node) != node->id())
            return refuse(change, instance, instances.node,
                          "it runs in " + describe(change.view(), *parent) +
                              ", which is on another node: leave node unset");
        const bool is_moved = !edit.before || edit.before->link(instances.node) != node->id();
        if (is_moved && !node->boolean(fields().node.enabled))
            return refuse(change, instance, instances.node,
                          describe(change.view(), *node) + " is not enabled");
        if (is_moved &&
            !has_labels(change.view(), fields(), node->id(), instance.links(instances.labels)))
            return refuse(
                change, instance, instances.node,
                describe(change.view(), *node) + " has not all labels that are asked for");
        const std::string missing = missing_layer(change.view(), instance, *node);
        if (!missing.empty())
            return refuse(change, instance, instances.node,
                          describe(change.view(), *node) + " " + missing);
        return {};
    }

    Result<void> place(Change& change, const Row& instance) const {
        const auto& instances = fields().instance;
        const auto deleted = deleted_by_node(change.view());
        const Row* best = nullptr;
        std::size_t best_load = 0;
        std::vector<Reason> reasons;
        Answers answers;
        for (const Row* node : candidates(change, instance)) {
            std::string reason = why_not(change.view(), instance, *node, answers);
            if (!reason.empty()) {
                reasons.push_back({node->id(), std::move(reason)});
                continue;
            }
            const auto gone = deleted.find(node->id());
            const std::size_t load =
                change.view().count_linking(instances.type, instances.node, node->id()) -
                (gone == deleted.end() ? 0 : gone->second);
            if (!best || load < best_load) {
                best = node;
                best_load = load;
            }
        }
        if (!best)
            return refuse(change, instance, instances.node,
                          "no node can take it: " + say(change.view(), instance, reasons));
        change.update(instance.id(),
                      {{instances.node, best->id()},
                       {instances.deployment, deployment_of_node(change.view(), fields(), *best)}});
        return {};
    }

    std::unordered_map<ObjectId, std::size_t> deleted_by_node(View view) const {
        std::unordered_map<ObjectId, std::size_t> counts;
        view.for_each_deleted(fields().instance.type, [&](const Row& instance) {
            ++counts[instance.link(fields().instance.node)];
            return true;
        });
        return counts;
    }

    /// The nodes to choose from, in order of id.
    std::vector<const Row*> candidates(const Change& change, const Row& instance) const {
        const auto& instances = fields().instance;
        const auto& nodes = fields().node;
        const ObjectId deployment = instance.link(instances.deployment);
        const Row* parent = find_live(change, instances.type, instance.link(instances.parent));
        const Row* slice = find_live(change, fields().slice.type, instance.link(instances.slice));
        const Row* only = nullptr;
        if (parent)
            only = find_live(change, nodes.type, parent->link(instances.node));
        else if (slice)
            only = find_live(change, nodes.type, slice->link(fields().slice.default_node));
        if (only && (parent || is_of(change.view(), *only, deployment)))
            return {only};
        return deployment.value == 0 ? all_nodes(change.view())
                                     : nodes_of(change.view(), deployment);
    }

    std::vector<const Row*> all_nodes(View view) const {
        std::vector<const Row*> found;
        view.for_each(fields().node.type, [&](const Row& node) {
            if (!node.deleted())
                found.push_back(&node);
            return true;
        });
        return found;
    }

    std::vector<const Row*> nodes_of(View view, ObjectId deployment) const {
        const auto& nodes = fields().node;
        const auto& places = fields().site_deployment;
        std::vector<const Row*> found;
        for (const Row* place : view.live_linking(places.type, places.deployment, deployment)) {
            const auto there = view.live_linking(nodes.type, nodes.site_deployment, place->id());
            found.insert(found.end(), there.begin(), there.end());
        }
        std::sort(found.begin(), found.end(),
                  [](const Row* left, const Row* right) { return left->id() < right->id(); });
        return found;
    }

    /// Whether the node is of the deployment named, if one is.
    bool is_of(View view, const Row& node, ObjectId deployment) const {
        return deployment.value == 0 || deployment_of_node(view, fields(), node) == deployment;
    }

    std::string why_not(View view, const Row& instance, const Row& node, Answers& answers) const {
        if (!node.boolean(fields().node.enabled))
            return "is not enabled";
        if (controller_of_node(view, fields(), node).value == 0)
            return "has no controller, as its site deployment names none";
        if (!has_labels(view, fields(), node.id(), instance.links(fields().instance.labels)))
            return "has not all labels that are asked for";
        std::string reason = missing_layer(view, instance, node);
        if (reason.empty())
            reason = why_not_of_group(view, fields(), instance, node);
        if (!reason.empty())
            return reason;
        const ObjectId deployment = deployment_of_node(view, fields(), node);
        const auto [answer, is_new] = answers.try_emplace(deployment);
        if (is_new)
            answer->second = why_no_instance(view, fields(), instance, deployment);
        return answer->second.empty() ? std::string() : "is ruled out: " + answer->second;
    }

    /// A controller that has not reported its layers yet may turn out to have it.
    std::string missing_layer(View view, const Row& instance, const Row& node) const {
        const Row* controller = view.find(controller_of_node(view, fields(), node));
        if (!controller || controller->string(fields().controller.layers).empty())
            return {};
        const auto layers = words_of(controller->string(fields().controller.layers));
        const std::string wanted(instance.string(fields().instance.isolation));
        if (std::find(layers.begin(), layers.end(), wanted) != layers.end())
            return {};
        return "cannot run a " + wanted + ": " + describe(view, *controller) + " has the layers " +
               join(layers, ", ");
    }

    std::string say(View view, const Row& instance, const std::vector<Reason>& reasons) const {
        if (reasons.empty()) {
            const ObjectId deployment = instance.link(fields().instance.deployment);
            return deployment.value == 0 ? "there are no nodes"
                                         : describe(view, deployment) + " has no nodes";
        }
        std::vector<std::string> texts;
        for (const Reason& reason : reasons) {
            if (texts.size() < kMostReasons)
                texts.push_back(describe(view, reason.node) + " " + reason.text);
        }
        std::string text = join(texts, "; ");
        if (reasons.size() > kMostReasons)
            text += "; and " + std::to_string(reasons.size() - kMostReasons) + " more";
        return text;
    }
};

}  // namespace

RulePointer make_placement(FieldsPointer fields) {
    return std::make_unique<Placement>(std::move(fields));
}

}  // namespace xos::core
