#include "core/rules/group_domains.h"
#include "core/rules/location.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <map>
#include <utility>

namespace xos::core {

namespace {

/// An InstanceGroup has as many live Instances as it asks for: `count` of them, or `count` at each
/// site, node or deployment that has a node for them. It makes what is missing, which placement
/// spreads, and takes the youngest on the fullest node away. One that is deleted by hand comes
/// again; one more than asked for is refused.
class InstanceGroups : public CoreRule {
public:
    explicit InstanceGroups(FieldsPointer fields)
        : CoreRule("groups", fields,
                   {fields->instance_group.type, fields->instance.type, fields->node.type,
                    fields->node_label.type, fields->site_deployment.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const schema::Schema& schema = change.schema();
        const auto& groups = fields().instance_group;
        const TypeId type = edit.any().type();
        if (schema.is_a(type, groups.type))
            return apply_group(change, edit);
        if (schema.is_a(type, fields().instance.type))
            return apply_instance(change, edit);
        if (schema.is_a(type, fields().node.type))
            return apply_place(change, edit,
                               {fields().node.site_deployment, fields().node.enabled});
        if (schema.is_a(type, fields().node_label.type))
            return apply_place(change, edit, {fields().node_label.nodes});
        return apply_place(change, edit,
                           {fields().site_deployment.controller, fields().site_deployment.site});
    }

private:
    using Domains = std::map<ObjectId, std::size_t>;

    enum class Growth { AsAsked, WithinQuota };

    Result<void> apply_group(Change& change, const Edit& edit) const {
        const auto& groups = fields().instance_group;
        const Row* group = find_live(change, groups.type, edit.id());
        if (!group || !touches(change, edit,
                               {groups.count, groups.min, groups.max, groups.per, groups.labels}))
            return {};
        TRY(check_count(change, *group));
        return settle(change, edit.id(), Growth::AsAsked);
    }

    Result<void> apply_instance(Change& change, const Edit& edit) const {
        const auto& instances = fields().instance;
        const ObjectId group = edit.any().link(instances.group);
        if (group.value == 0 || !touches(change, edit, {instances.group, instances.node}))
            return {};
        return settle(change, group, Growth::AsAsked);
    }

    /// Where nodes come, go or get labels, groups that have some instances at each place follow.
    Result<void> apply_place(Change& change, const Edit& edit,
                             std::initializer_list<FieldIndex> about) const {
        if (!touches(change, edit, about))
            return {};
        const auto& groups = fields().instance_group;
        std::vector<ObjectId> spread;
        change.view().for_each(groups.type, [&](const Row& group) {
            if (!group.deleted() && group.string(groups.per) != "all")
                spread.push_back(group.id());
            return true;
        });
        for (const ObjectId group : spread)
            TRY(settle(change, group, Growth::WithinQuota));
        return {};
    }

    Result<void> check_count(Change& change, const Row& group) const {
        const auto& groups = fields().instance_group;
        const bool has_min = !group.is_null(groups.min), has_max = !group.is_null(groups.max);
        const std::int64_t min = has_min ? group.integer(groups.min) : 0;
        if (has_min && has_max && min > group.integer(groups.max))
            return refuse(change, group, groups.min,
                          "min is at most max, and " + std::to_string(min) + " is more than " +
                              std::to_string(group.integer(groups.max)));
        if (group.is_null(groups.count)) {
            change.update(group.id(), {{groups.count, has_min ? min : std::int64_t{1}}});
            return {};
        }
        const std::int64_t count = group.integer(groups.count);
        if (count < min)
            return refuse(change, group, groups.count,
                          "count is at least min, which is " + std::to_string(min));
        if (has_max && count > group.integer(groups.max))
            return refuse(
                change, group, groups.count,
                "count is at most max, which is " + std::to_string(group.integer(groups.max)));
        return {};
    }

    Result<void> settle(Change& change, ObjectId id, Growth growth) const {
        const Row* group = find_live(change, fields().instance_group.type, id);
        if (!group || group->is_null(fields().instance_group.count))
            return {};
        const auto& instances = fields().instance;
        const auto members = change.view().live_linking(instances.type, instances.group, id);
        Domains have;
        std::size_t unplaced = 0;
        for (const Row* member : members) {
            if (member->is_null(instances.node) && is_spread(*group))
                ++unplaced;
            else
                ++have[group_domain(change.view(), fields(), *group, member->link(instances.node))];
        }
        const Domains want = wanted(change.view(), *group, have);
        std::size_t missing = 0;
        for (const auto& [domain, count] : want)
            missing += count > have[domain] ? count - have[domain] : 0;
        for (const auto& [domain, count] : have) {
            const auto asked = want.find(domain);
            const std::size_t most = asked == want.end() ? 0 : asked->second;
            if (count > most)
                TRY(shrink(change, *group, domain, count - most));
        }
        if (missing > unplaced)
            grow(change, *group, missing - unplaced, growth);
        return {};
    }

    bool is_spread(const Row& group) const {
        return group.string(fields().instance_group.per) != "all";
    }

    /// How many there are to be in each domain. A place whose nodes take no new ones keeps what it
    /// has.
    Domains wanted(View view, const Row& group, const Domains& have) const {
        const auto count = static_cast<std::size_t>(group.integer(fields().instance_group.count));
        if (!is_spread(group))
            return {{ObjectId{}, count}};
        Domains want;
        for (const ObjectId domain : group_domains(view, fields(), group))
            want[domain] = count;
        for (const auto& [domain, there] : have)
            want.try_emplace(domain, std::min(there, count));
        return want;
    }

    void grow(Change& change, const Row& group, std::size_t missing, Growth growth) const {
        const auto& groups = fields().instance_group;
        const auto& instances = fields().instance;
        const ObjectId slice = group.link(groups.slice);
        if (growth == Growth::WithinQuota) {
            const auto most = static_cast<std::size_t>(
                change.view().find(slice)->integer(fields().slice.max_instances));
            const std::size_t live =
                change.view().live_linking(instances.type, instances.slice, slice).size();
            missing = std::min(missing, most > live ? most - live : 0);
        }
        const auto labels = group.links(groups.labels);
        const ObjectId id = group.id(), flavor = group.link(groups.flavor);
        for (std::size_t i = 0; i < missing; ++i) {
            model::FieldValues values{
                {instances.slice, slice},
                {instances.group, id},
                {instances.labels, std::vector<ObjectId>(labels.begin(), labels.end())}};
            if (flavor.value != 0)
                values.emplace_back(instances.flavor, flavor);
            change.create(instances.type, values);
        }
    }

    /// Takes the youngest on the fullest node away, again and again.
    Result<void> shrink(Change& change, const Row& group, ObjectId domain,
                        std::size_t surplus) const {
        const auto& instances = fields().instance;
        for (; surplus > 0; --surplus) {
            const View view = change.view();
            const Row* victim = nullptr;
            std::size_t fullest = 0;
            for (const Row* member :
                 view.live_linking(instances.type, instances.group, group.id())) {
                const ObjectId node = member->link(instances.node);
                if (is_spread(group) &&
                    (node.value == 0 || group_domain(view, fields(), group, node) != domain))
                    continue;
                if (is_new(change, member->id()) && !is_new(change, group.id()))
                    return refuse(
                        change, *member, instances.group,
                        describe(view, group) + " makes its instances itself: raise its count");
                const std::size_t load =
                    node.value == 0
                        ? 0
                        : view.live_linking(instances.type, instances.node, node).size();
                if (!victim || load > fullest || (load == fullest && member->id() > victim->id())) {
                    victim = member;
                    fullest = load;
                }
            }
            if (!victim)
                return {};
            TRY(change.remove(victim->id()));
        }
        return {};
    }
};

}  // namespace

RulePointer make_instance_groups(FieldsPointer fields) {
    return std::make_unique<InstanceGroups>(std::move(fields));
}

}  // namespace xos::core
