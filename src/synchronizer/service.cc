#include "synchronizer/service.h"

#include "base/file.h"
#include "schema/manifest.h"

#include <algorithm>

namespace xos::synchronizer {

namespace {

std::string text_of(const std::optional<schema::Manifest::Text>& text) {
    return text ? text->text : std::string();
}

Error unsupported(const std::string& what) {
    return Error{ErrorCode::Invalid, what + " is nothing that a synchronizer can do"};
}

Result<ObservationSource> read(const schema::Manifest::Observes& from) {
    if (from.actuator.way != schema::Manifest::Actuator::Way::Plugin)
        return unsupported("an actuator of \"" + from.type.text + "\" that is no plug-in");
    for (const auto& [field, policy] : from.drift.fields) {
        if (policy != schema::Manifest::DriftPolicy::Revert)
            return unsupported("drift of \"" + field.text + "\" other than reverted");
    }
    ObservationSource out{.type = from.type.text,
                          .actuator = from.actuator.name,
                          .select = text_of(from.select),
                          .ready_when = text_of(from.ready_when),
                          .deadline = from.deadline,
                          .role = from.role == schema::Manifest::Role::Follower
                                      ? ObservationSource::Role::Follower
                                      : ObservationSource::Role::Owner};
    for (const auto& path : from.reads)
        out.reads.push_back(path.text);
    for (const auto& after : from.after)
        out.after.push_back({.type = after.type.text, .by = after.by.text});
    return out;
}

}  // namespace

Result<Service> load_service(const std::string& dir) {
    const std::string path = dir + "/service.yaml";
    const std::string text = TRY(read_file(path));
    const auto parsed = schema::parse_manifest(path, text);
    if (const auto* problems = std::get_if<schema::Problems>(&parsed))
        return Error{ErrorCode::Invalid, schema::format(*problems)};
    const auto& manifest = std::get<schema::Manifest>(parsed);
    if (!manifest.pull.empty() || !manifest.events.empty())
        return unsupported(manifest.pull.empty() ? "events" : "pull");
    Service service{.name = manifest.name, .version = manifest.version, .observes = {}};
    if (manifest.backend.concurrency)
        service.workers = static_cast<std::size_t>(std::max(1, *manifest.backend.concurrency));
    service.budget = {.rate = manifest.backend.rate, .burst = manifest.backend.burst.value_or(1)};
    for (const auto& observes : manifest.observes) {
        service.observes.push_back(TRY(read(observes)));
        if (observes.drift.poll)
            service.scan_every = std::min(service.scan_every, *observes.drift.poll);
    }
    return service;
}

}  // namespace xos::synchronizer
