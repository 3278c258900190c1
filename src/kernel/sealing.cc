#include "kernel/sealing.h"

#include "model/hidden.h"

namespace xos::kernel {

namespace {

std::string context(const Sealing::Place& place) {
    return std::to_string(place.id.value) + "." + place.field.api_name;
}

Keyring passing_keyring() {
    SystemRandom random;
    Keyring keyring;
    keyring.add(random);
    return keyring;
}

Error unreadable(const Sealing::Place& place) {
    return Error{ErrorCode::Internal, "\"" + place.field.api_name + "\" of object " +
                                          std::to_string(place.id.value) + " cannot be opened"};
}

}  // namespace

Sealing::Sealing() : keyring_(passing_keyring()) {}

std::string Sealing::seal(const Place& place, Revision revision, std::string_view value) const {
    if (place.field.hashed)
        return model::format_hidden({.version = revision, .key = {}, .content = value});
    const std::string& id = keyring_.newest_id();
    const std::string sealed = to_base64(xos::seal(*keyring_.find(id), value, context(place)));
    return model::format_hidden({.version = revision, .key = id, .content = sealed});
}

Result<std::string> Sealing::open(const Place& place, std::string_view text) const {
    const auto hidden = model::parse_hidden(text);
    if (!hidden)
        return unreadable(place);
    if (place.field.hashed)
        return std::string(hidden->content);
    const SecretKey* key = keyring_.find(hidden->key);
    if (!key)
        return Error{ErrorCode::Unavailable, "secrets are sealed with the key \"" +
                                                 std::string(hidden->key) +
                                                 "\", which the keyring does not have"};
    const auto sealed = from_base64(hidden->content);
    auto opened = sealed ? open_sealed(*key, *sealed, context(place)) : sealed;
    if (!opened)
        return unreadable(place);
    return opened;
}

bool Sealing::holds(const Place& place, std::string_view text, std::string_view value) const {
    const auto opened = open(place, text);
    return opened && equals_constant_time(*opened, value);
}

Result<std::optional<std::string>> Sealing::seal_anew(const Place& place,
                                                      std::string_view text) const {
    const auto hidden = model::parse_hidden(text);
    if (place.field.hashed || (hidden && hidden->key == keyring_.newest_id()))
        return std::optional<std::string>();
    const std::string value = TRY(open(place, text));
    return std::optional(seal(place, hidden->version, value));
}

std::string Sealing::fingerprint(std::string_view text) const {
    return to_hex(keyed_hash(keyring_.oldest(), text));
}

}  // namespace xos::kernel
