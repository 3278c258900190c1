#pragma once

#include "base/keyring.h"
#include "base/result.h"
#include "model/row.h"

#include <string>
#include <string_view>

namespace xos::kernel {

/// What becomes of values of secret and hashed fields on their way into rows, and back.
///
/// A row holds a secret sealed for its object and field, so that the copy of a row, of the journal
/// or of the process's memory tells nothing. Immutable; may be used from many threads.
class Sealing {
public:
    /// With a key of its own that ends with the process: for models that do so as well.
    Sealing();
    /// Precondition: it has a key.
    explicit Sealing(Keyring keyring) : keyring_(std::move(keyring)) {}

    /// Where a value belongs. What was sealed for one place cannot be opened for another.
    struct Place {
        ObjectId id;
        const schema::Field& field;
    };

    /// What the row holds for `value`, which `revision` sets. A hash is not sealed.
    std::string seal(const Place& place, Revision revision, std::string_view value) const;
    /// The value that `text` of a row holds. Unavailable when the keyring lacks its key, Internal
    /// when the key does not open it.
    Result<std::string> open(const Place& place, std::string_view text) const;
    /// Whether `text` of a row holds `value`.
    bool holds(const Place& place, std::string_view text, std::string_view value) const;
    /// `text` of a row sealed with the newest key, its version kept; nothing when it is so already.
    Result<std::optional<std::string>> seal_anew(const Place& place, std::string_view text) const;

    /// 64 digits that tell whether two texts are the same and, without the keyring, nothing else.
    std::string fingerprint(std::string_view text) const;

private:
    Keyring keyring_;
};

}  // namespace xos::kernel
