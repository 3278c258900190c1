#pragma once

#include "base/crypto.h"
#include "base/keyring.h"
#include "base/random.h"
#include "base/result.h"
#include "supervisor/service_process.h"

#include <optional>
#include <string>

namespace xos::xosd {

/// Makes the data directory (0700) if it is missing, with the folder for uploaded content, and
/// gives both to `owner`.
Result<void> prepare_data_directory(const std::string& path,
                                    const std::optional<supervisor::Identity>& owner);

/// The key that is kept at `path` (0600); made when there is none.
Result<SecretKey> load_key(const std::string& path, Random& random);

/// How the root user of an empty model logs in.
struct FirstLogin {
    std::string email;
    std::string password;
    std::string password_file;  ///< Where a password that was made up is; empty: it was given.
};

/// From XOS_ADMIN_EMAIL and XOS_ADMIN_PASSWORD, or `admin@xos.local` and a random password that is
/// put into `admin-password` of the data directory.
Result<FirstLogin> make_first_login(const std::string& data, Random& random);

/// Where the keys of secrets are.
std::string keyring_file(const std::string& data);
/// The keyring of a data directory; empty when it has none yet.
Result<Keyring> read_keyring(const std::string& data);
Result<void> write_keyring(const std::string& data, const Keyring& keyring);

/// Whether services wait for a person since the data was restored.
bool must_services_wait(const std::string& data);
/// The file that says so: a person removes it.
std::string restored_file(const std::string& data);

}  // namespace xos::xosd
