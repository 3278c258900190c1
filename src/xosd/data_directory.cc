#include "xosd/data_directory.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace xos::xosd {

namespace {

constexpr std::size_t kPasswordBytes = 12;

Result<void> give(const std::string& path, const std::optional<supervisor::Identity>& owner) {
    if (owner && ::chown(path.c_str(), owner->user, owner->group) != 0)
        return Error{ErrorCode::Unavailable, "chown " + path + ": " + std::strerror(errno)};
    return {};
}

}  // namespace

Result<void> prepare_data_directory(const std::string& path,
                                    const std::optional<supervisor::Identity>& owner) {
    for (const std::string& folder : {path, path + "/content"}) {
        TRY(make_directories(folder, FileMode::Private));
        TRY(give(folder, owner));
    }
    if (::chmod(path.c_str(), 0700) != 0)
        return Error{ErrorCode::Unavailable, "chmod " + path + ": " + std::strerror(errno)};
    return {};
}

Result<SecretKey> load_key(const std::string& path, Random& random) {
    if (const auto text = read_file(path)) {
        const auto bytes = from_hex(trim(*text));
        auto key = bytes ? SecretKey::from_bytes(*bytes) : Result<SecretKey>(bytes.error());
        if (key)
            return key;
        return std::move(key).error().in(path);
    }
    SecretKey key = SecretKey::make(random);
    TRY(write_file(path, to_hex(key.bytes()) + "\n", FileMode::Private));
    return key;
}

Result<FirstLogin> make_first_login(const std::string& data, Random& random) {
    FirstLogin login;
    const char* email = std::getenv("XOS_ADMIN_EMAIL");
    login.email = email && *email ? email : "admin@xos.local";
    const char* password = std::getenv("XOS_ADMIN_PASSWORD");
    if (password && *password) {
        login.password = password;
        return login;
    }
    login.password = to_hex(random.bytes(kPasswordBytes));
    login.password_file = data + "/admin-password";
    TRY(write_file(login.password_file, login.password + "\n", FileMode::Private));
    return login;
}

std::string keyring_file(const std::string& data) {
    return data + "/keyring";
}

Result<Keyring> read_keyring(const std::string& data) {
    return Keyring::read(keyring_file(data));
}

Result<void> write_keyring(const std::string& data, const Keyring& keyring) {
    return keyring.write(keyring_file(data));
}

bool must_services_wait(const std::string& data) {
    return ::access(restored_file(data).c_str(), F_OK) == 0;
}

std::string restored_file(const std::string& data) {
    return data + "/restored";
}

}  // namespace xos::xosd
