#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace xos::core {

namespace {

/// Services need each other without cycles. What one tenant gets of a service (a ServiceInstance)
/// is used by exactly one subscriber a link and by none twice; a link rests on a ServiceDependency
/// between the services of both sides, or, for a network or a user, on a published provider. Parts
/// of one service may use each other.
class ServiceGraph : public CoreRule {
public:
    explicit ServiceGraph(FieldsPointer fields)
        : CoreRule("service graph", fields,
                   {fields->services.dependency.type, fields->services.link.type,
                    fields->services.instance.type, fields->services.service.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const schema::Schema& schema = change.schema();
        const auto& services = fields().services;
        const TypeId type = edit.any().type();
        if (schema.is_a(type, services.dependency.type))
            return apply_dependency(change, edit);
        if (schema.is_a(type, services.link.type))
            return apply_link(change, edit);
        if (schema.is_a(type, services.instance.type))
            return apply_instance(change, edit);
        return apply_service(change, edit);
    }

private:
    Result<void> apply_dependency(const Change& change, const Edit& edit) const {
        const auto& dependencies = fields().services.dependency;
        if (!touches(change, edit, {dependencies.provider, dependencies.subscriber}))
            return {};
        if (const Row* dependency = find_live(change, dependencies.type, edit.id()))
            TRY(check_cycle(change, *dependency));
        return edit.before ? check_provided(change, edit.before->link(dependencies.provider))
                           : Result<void>();
    }

    Result<void> apply_link(const Change& change, const Edit& edit) const {
        const auto& links = fields().services.link;
        const Row* link = find_live(change, links.type, edit.id());
        if (!link || !touches(change, edit,
                              {links.provider, links.by_instance, links.by_service,
                               links.by_network, links.by_user}))
            return {};
        TRY(check_subscriber(change, *link));
        return check_basis(change, *link);
    }

    Result<void> apply_instance(const Change& change, const Edit& edit) const {
        const auto& instances = fields().services.instance;
        const auto& links = fields().services.link;
        const Row* instance = find_live(change, instances.type, edit.id());
        if (!edit.before || !instance || !touches(change, edit, {instances.owner}))
            return {};
        TRY(check_links(change, links.provider, instance->id()));
        return check_links(change, links.by_instance, instance->id());
    }

    Result<void> apply_service(const Change& change, const Edit& edit) const {
        const auto& services = fields().services.service;
        const Row* service = find_live(change, services.type, edit.id());
        if (!edit.before || !service || !touches(change, edit, {services.published}))
            return {};
        return check_provided(change, service->id());
    }

    Result<void> check_cycle(const Change& change, const Row& dependency) const {
        const auto& dependencies = fields().services.dependency;
        const ObjectId subscriber = dependency.link(dependencies.subscriber);
        Search search{.view = change.view(), .to = subscriber, .path = {subscriber}, .seen = {}};
        if (!leads_to(search, dependency.link(dependencies.provider)))
            return {};
        std::string text;
        for (const ObjectId service : search.path)
            text += (text.empty() ? "" : " needs ") + describe(change.view(), service);
        return refuse(change, dependency, dependencies.provider,
                      "services do not need each other in a circle: " + text);
    }

    /// Looks for a way from one service to another by what needs what.
    struct Search {
        View view;
        ObjectId to;
        std::vector<ObjectId> path;
        std::unordered_set<ObjectId> seen;
    };

    /// Whether `from` needs the one that is looked for, by however many steps; the path then ends
    /// with them.
    bool leads_to(Search& search, ObjectId from) const {
        search.path.push_back(from);
        if (from == search.to)
            return true;
        const auto& dependencies = fields().services.dependency;
        if (search.seen.insert(from).second) {
            for (const Row* next :
                 search.view.live_linking(dependencies.type, dependencies.subscriber, from)) {
                if (leads_to(search, next->link(dependencies.provider)))
                    return true;
            }
        }
        search.path.pop_back();
        return false;
    }

    /// Checks all links by which somebody uses a part of the service.
    Result<void> check_provided(const Change& change, ObjectId service) const {
        const auto& instances = fields().services.instance;
        for (const Row* instance :
             change.view().live_linking(instances.type, instances.owner, service))
            TRY(check_links(change, fields().services.link.provider, instance->id()));
        return {};
    }

    Result<void> check_links(const Change& change, FieldIndex field, ObjectId instance) const {
        const auto& links = fields().services.link;
        for (const Row* link : change.view().live_linking(links.type, field, instance))
            TRY(check_basis(change, *link));
        return {};
    }

    Result<void> check_subscriber(const Change& change, const Row& link) const {
        const auto& links = fields().services.link;
        FieldIndex given = links.by_instance;
        int count = 0;
        for (const FieldIndex field :
             {links.by_instance, links.by_service, links.by_network, links.by_user}) {
            if (!link.is_null(field)) {
                given = field;
                ++count;
            }
        }
        if (count != 1)
            return refuse(change, link, given,
                          "a link has exactly one subscriber: give one of "
                          "subscriber_service_instance, subscriber_service, subscriber_network "
                          "and subscriber_user, not " +
                              std::to_string(count));
        const auto others =
            change.view().live_linking(links.type, links.provider, link.link(links.provider));
        const bool is_there = std::any_of(others.begin(), others.end(), [&](const Row* other) {
            return other->id() != link.id() && other->link(given) == link.link(given);
        });
        if (!is_there)
            return {};
        return conflict(change, link,
                        describe(change.view(), link.link(given)) + " already uses " +
                            describe(change.view(), link.link(links.provider)));
    }

    Result<void> check_basis(const Change& change, const Row& link) const {
        const auto& links = fields().services.link;
        const auto& instances = fields().services.instance;
        const View view = change.view();
        const Row* provided = view.follow(link, links.provider);
        if (!provided)
            return {};
        const ObjectId provider = provided->link(instances.owner);
        ObjectId subscriber = link.link(links.by_service);
        if (const Row* user = view.follow(link, links.by_instance))
            subscriber = user->link(instances.owner);
        if (subscriber.value == 0)
            return check_published(change, link, provider);
        if (subscriber == provider || depends(view, subscriber, provider))
            return {};
        return refuse(change, link, links.provider,
                      describe(view, subscriber) + " uses " + describe(view, provider) +
                          " only with a service dependency between the two");
    }

    Result<void> check_published(const Change& change, const Row& link, ObjectId provider) const {
        const auto& services = fields().services.service;
        const Row* service = find_live(change, services.type, provider);
        if (!service || service->boolean(services.published))
            return {};
        return refuse(change, link, fields().services.link.provider,
                      describe(change.view(), *service) +
                          " is not published, so no network or user may use it");
    }

    bool depends(View view, ObjectId subscriber, ObjectId provider) const {
        const auto& dependencies = fields().services.dependency;
        const auto needed =
            view.live_linking(dependencies.type, dependencies.subscriber, subscriber);
        return std::any_of(needed.begin(), needed.end(), [&](const Row* dependency) {
            return dependency->link(dependencies.provider) == provider;
        });
    }
};

}  // namespace

RulePointer make_service_graph(FieldsPointer fields) {
    return std::make_unique<ServiceGraph>(std::move(fields));
}

}  // namespace xos::core
