#include "core/rules/admission.h"

#include "core/rules/access_list.h"
#include "core/rules/location.h"

#include <algorithm>

namespace xos::core {

namespace {

AccessList::Subject subject(View view, const Fields& fields, ObjectId site) {
    const Row* row = view.find(site);
    if (!row)
        return {};
    return {.site = row->string(fields.site.name),
            .region = row->string(fields.site.region),
            .email = {}};
}

bool is_offered(const Row& row, FieldIndex deployments, ObjectId deployment) {
    const auto offered = row.links(deployments);
    return offered.empty() || std::binary_search(offered.begin(), offered.end(), deployment);
}

}  // namespace

std::string why_not_admitted(View view, const Fields& fields, ObjectId slice, ObjectId deployment) {
    const Row* at = view.find(deployment);
    const Row* asking = view.find(slice);
    if (!at || !asking)
        return {};
    const auto list = AccessList::parse(at->string(fields.deployment.access_list));
    if (!list)
        return describe(view, *at) +
               " has an access list with a mistake: " + list.error().message();
    const ObjectId site = asking->link(fields.slice.site);
    if (list->admits(subject(view, fields, site)))
        return {};
    const auto& privileges = fields.slice_privilege;
    for (const Row* privilege : view.live_linking(privileges.type, privileges.slice, slice)) {
        const Row* user = view.follow(*privilege, privileges.user);
        if (!user)
            continue;
        auto person = subject(view, fields, user->link(fields.user.site));
        person.email = user->string(fields.user.email);
        if (list->admits(person))
            return {};
    }
    return describe(view, *at) + " admits neither " + describe(view, site) + " nor a user of " +
           describe(view, *asking) + ", by its accessControl";
}

std::string why_no_image(View view, const Fields& fields, ObjectId image, ObjectId deployment) {
    const auto& offers = fields.image_deployments;
    if (image.value == 0 || deployment.value == 0 ||
        any_linking(view, {offers.type, offers.image}, image, [&](const Row& offer) {
            return !offer.deleted() && offer.link(offers.deployment) == deployment;
        }))
        return {};
    return describe(view, deployment) + " does not offer " + describe(view, image) +
           ": it has no image deployments of it";
}

std::string why_no_flavor(View view, const Fields& fields, ObjectId flavor, ObjectId deployment) {
    const Row* row = view.find(flavor);
    if (!row || is_offered(*row, fields.flavor.deployments, deployment))
        return {};
    return describe(view, deployment) + " does not offer " + describe(view, *row) +
           ", whose deployments are others";
}

std::string why_no_network(View view, const Fields& fields, const Row& network,
                           ObjectId deployment) {
    const Row* used = view.follow(network, fields.network.network_template);
    if (!used || is_offered(*used, fields.network_template.deployments, deployment))
        return {};
    return describe(view, deployment) + " does not offer " + describe(view, *used) + " of " +
           describe(view, network) + ", whose deployments are others";
}

std::string why_no_instance(View view, const Fields& fields, const Row& instance,
                            ObjectId deployment) {
    const ObjectId slice = instance.link(fields.instance.slice);
    for (std::string reason :
         {why_not_admitted(view, fields, slice, deployment),
          why_no_image(view, fields, instance.link(fields.instance.image), deployment),
          why_no_flavor(view, fields, instance.link(fields.instance.flavor), deployment)}) {
        if (!reason.empty())
            return reason;
    }
    const auto& memberships = fields.network_slice;
    for (const Row* membership : view.live_linking(memberships.type, memberships.slice, slice)) {
        const Row* network = view.follow(*membership, memberships.network);
        if (!network || network->deleted() || !belongs_on(view, fields, instance, *network))
            continue;
        std::string reason = why_no_network(view, fields, *network, deployment);
        if (!reason.empty())
            return reason;
    }
    return {};
}

}  // namespace xos::core
