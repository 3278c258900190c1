#include "xosd/service_runner.h"

#include "kernel/owners.h"

namespace xos::xosd {

ServiceRunner::ServiceRunner(std::vector<ServiceFolder> services, kernel::Kernel& kernel,
                             const supervisor::Link& link, Log& log)
    : services_(std::move(services)), kernel_(kernel), link_(link), log_(log) {}

Result<void> ServiceRunner::ensure_service(const schema::Manifest& manifest) {
    const auto snapshot = kernel_.snapshot();
    if (kernel::find_service(snapshot->view(), manifest.name))
        return {};
    const schema::Type* type = kernel_.schema().find_type("Service");
    kernel::Operation create{.kind = kernel::Operation::Kind::Create, .type = type->id};
    create.fields.emplace_back(*type->find_field_index("name"), manifest.name);
    if (const auto version = type->find_field_index("versionNumber"))
        create.fields.emplace_back(*version, manifest.version);
    TRY(kernel_.commit({.principal = {}, .operations = {std::move(create)}}));
    return {};
}

Result<void> ServiceRunner::start(api::Api& api, const Place& place) {
    const schema::Type* type = kernel_.schema().find_type("Service");
    const auto enabled = type->find_field_index("enabled");
    for (const ServiceFolder& service : services_) {
        const std::string& name = service.manifest.name;
        TRY(ensure_service(service.manifest));
        auto token = TRY(api.make_service_token(name));
        wishes_[name] = {.name = name,
                         .service_dir = service.path,
                         .data_dir = place.data + "/" + name,
                         .url = place.url,
                         .tls_ca = place.tls_ca,
                         .token = std::move(token),
                         .privileged = service.manifest.privileged};
    }
    // What was there before a service came is looked at as if it had just been made.
    if (auto reviewed = kernel_.commit({.reviews_owners = true}); !reviewed)
        log_.error("some objects have no owner", {{"error", reviewed.error().message()}});
    started_.store(true, std::memory_order_release);
    const auto snapshot = kernel_.snapshot();
    for (const ServiceFolder& service : services_) {
        const auto* row = kernel::find_service(snapshot->view(), service.manifest.name);
        if (row && row->boolean(*enabled))
            link_.start(wishes_.at(service.manifest.name));
        else
            log_.info("a service is not enabled", {{"service", service.manifest.name}});
    }
    return {};
}

void ServiceRunner::changed(const kernel::Announcement& announcement) const {
    if (!started_.load(std::memory_order_acquire))
        return;
    const schema::Type* type = announcement.after->schema().find_type("Service");
    const auto name = *type->find_field_index("name"), enabled = *type->find_field_index("enabled");
    for (const auto& commit : announcement.commits) {
        for (const model::Edit& edit : commit.edits) {
            if (edit.any().type() != type->id)
                continue;
            const auto wish = wishes_.find(std::string(edit.any().string(name)));
            if (wish == wishes_.end())
                continue;
            const bool was =
                edit.before && edit.before->boolean(enabled) && !edit.before->deleted();
            const bool is = edit.after && edit.after->boolean(enabled) && !edit.after->deleted();
            if (is && !was)
                link_.start(wish->second);
            else if (was && !is)
                link_.stop(wish->first);
        }
    }
}

}  // namespace xos::xosd
