#pragma once

#include "base/crypto.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos {

/// Secret keys by their ids, kept in a file of its owner's alone. The last one is for sealing;
/// those before it open what was sealed earlier.
class Keyring {
public:
    /// Empty when there is no file at `path`. Malformed when it is no keyring, and
    /// PermissionDenied when others than its owner may read it; both say what to do.
    static Result<Keyring> read(const std::string& path);
    Result<void> write(const std::string& path) const;

    bool is_empty() const { return keys_.empty(); }
    /// Adds a new key, which is the one for sealing from now on.
    void add(Random& random);
    /// Precondition of both: not empty.
    const std::string& newest_id() const;
    const SecretKey& oldest() const;
    /// nullptr when there is none.
    const SecretKey* find(std::string_view id) const;

private:
    std::vector<std::pair<std::string, SecretKey>> keys_;
};

}  // namespace xos
