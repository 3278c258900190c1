#include "base/keyring.h"

#include "base/check.h"
#include "base/file.h"
#include "base/json.h"

#include <sys/stat.h>

#include <algorithm>

namespace xos {

namespace {

constexpr std::size_t kIdBytes = 4;

Error no_keyring(const std::string& path) {
    return Error{ErrorCode::Malformed,
                 path + " is no keyring: put it back from the backup of its folder"};
}

}  // namespace

Result<Keyring> Keyring::read(const std::string& path) {
    Keyring keyring;
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
        return Error{ErrorCode::PermissionDenied,
                     path +
                         " may be read by others than its owner: chmod 600 it, and rotate the "
                         "key if somebody may have read it"};
    const auto text = read_file(path);
    if (!text && text.error().code() == ErrorCode::NotFound)
        return keyring;
    if (!text)
        return text.error();
    const auto json = Json::parse(*text);
    const Json* keys = json ? json->find("keys") : nullptr;
    if (!keys || !keys->as_array() || keys->as_array()->empty())
        return no_keyring(path);
    for (const Json& one : *keys->as_array()) {
        const auto bytes = from_base64(one.text("key"));
        auto key = bytes ? SecretKey::from_bytes(*bytes) : Result<SecretKey>(bytes.error());
        const std::string id(one.text("id"));
        if (!key || id.empty() || id.find(' ') != std::string::npos || keyring.find(id))
            return no_keyring(path);
        keyring.keys_.emplace_back(id, std::move(*key));
    }
    return keyring;
}

Result<void> Keyring::write(const std::string& path) const {
    Json keys(Json::Array{});
    for (const auto& [id, key] : keys_) {
        Json one;
        one.set("id", id);
        one.set("key", to_base64(key.bytes()));
        keys.add(std::move(one));
    }
    Json json;
    json.set("keys", std::move(keys));
    return write_file(path, json.format_pretty() + "\n", FileMode::Private);
}

void Keyring::add(Random& random) {
    std::string id = random.hex(kIdBytes);
    while (find(id))
        id = random.hex(kIdBytes);
    keys_.emplace_back(std::move(id), SecretKey::make(random));
}

const std::string& Keyring::newest_id() const {
    XOS_CHECK(!is_empty(), "a keyring without keys");
    return keys_.back().first;
}

const SecretKey& Keyring::oldest() const {
    XOS_CHECK(!is_empty(), "a keyring without keys");
    return keys_.front().second;
}

const SecretKey* Keyring::find(std::string_view id) const {
    const auto at =
        std::find_if(keys_.begin(), keys_.end(), [&](const auto& one) { return one.first == id; });
    return at == keys_.end() ? nullptr : &at->second;
}

}  // namespace xos
