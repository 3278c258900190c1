#include "services/local/forwarding.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "services/local/files.h"

#include <unistd.h>

namespace xos::local {

namespace {

const std::string kSettings = "/proc/sys/net/ipv4";
const std::string kSwitch = kSettings + "/ip_forward";

/// The settings that turning the switch changes, with their values.
Result<Json> read_settings() {
    Json settings;
    const auto keep = [&](const std::string& path) {
        if (const auto value = read_file(path))
            settings.set(path, trim(*value));
    };
    keep(kSwitch);
    keep(kSettings + "/conf/all/accept_redirects");
    for (const std::string& interface : TRY(list_directory(kSettings + "/conf")))
        keep(kSettings + "/conf/" + interface + "/forwarding");
    return settings;
}

bool is_on() {
    const auto value = read_file(kSwitch);
    return value && trim(*value) != "0";
}

}  // namespace

Result<void> Forwarding::hold(const std::string& lineage) const {
    TRY(make_directories(folder_ + "/users"));
    const Descriptor lock = TRY(lock_file(folder_ + "/lock"));
    const bool on = TRY(host_.inside([]() -> Result<bool> { return is_on(); }));
    if (on && !exists(folder_ + "/before"))
        return {};
    TRY(replace_file(folder_ + "/users/" + lineage, ""));
    return host_.inside([&] { return turn_on(); });
}

Result<void> Forwarding::turn_on() const {
    if (!exists(folder_ + "/before")) {
        const Json settings = TRY(read_settings());
        TRY(replace_file(folder_ + "/before", settings.format() + "\n"));
    }
    return is_on() ? Result<void>{} : write_setting(kSwitch, "1");
}

Result<void> Forwarding::release(const std::string& lineage) const {
    if (!exists(folder_))
        return {};
    const Descriptor lock = TRY(lock_file(folder_ + "/lock"));
    TRY(remove_file(folder_ + "/users/" + lineage));
    const auto users = TRY(list_directory(folder_ + "/users"));
    if (!users.empty() || !exists(folder_ + "/before"))
        return {};
    TRY(host_.inside([&] { return put_back(); }));
    return remove_file(folder_ + "/before");
}

Result<void> Forwarding::put_back() const {
    const std::string text = TRY(read_file(folder_ + "/before"));
    const Json settings = TRY(Json::parse(text));
    if (settings.as_object() == nullptr)
        return Error(ErrorCode::Internal, folder_ + "/before is damaged");
    // In the order kept: the switch comes first, and sets all the others.
    for (const auto& [path, value] : *settings.as_object()) {
        const auto current = read_file(path);
        const std::string* before = value.as_string();
        // Interfaces may have gone meanwhile.
        if (current && before != nullptr && trim(*current) != *before)
            TRY(write_setting(path, *before));
    }
    return {};
}

}  // namespace xos::local
