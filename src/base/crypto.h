#pragma once

#include "base/random.h"
#include "base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace xos {

/// 32 secret bytes. Wiped from memory when it goes. A copy is as secret.
class SecretKey {
public:
    static constexpr std::size_t kSize = 32;

    static SecretKey make(Random& random);
    /// Malformed when `bytes` are not 32.
    static Result<SecretKey> from_bytes(std::string_view bytes);

    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey();

    std::string_view bytes() const;

private:
    SecretKey() = default;

    std::array<char, kSize> bytes_;
};

/// What guessing one password costs. The default takes about 0.1 s and 64 MiB.
struct PasswordCost {
    std::uint64_t passes = 2;
    std::size_t memory = 64 << 20;
};

/// Password hashing by argon2id with a salt of its own. The hash is printable and carries its cost.
/// Both take their time: not on a thread that others wait for. Unavailable when memory is short.
Result<std::string> hash_password(std::string_view password, PasswordCost cost = {});
/// False also when `hash` is no such hash.
bool verify_password(std::string_view hash, std::string_view password);
/// Whether `hash` was made at another cost, so that the next login should replace it.
bool needs_rehash(const std::string& hash, PasswordCost cost = {});

/// SHA-256 of bytes that come one after the other.
class Sha256 {
public:
    Sha256();
    void add(std::string_view bytes);
    /// The 32 bytes of the hash of all that was added. Ends it: call once.
    std::string finish();

private:
    alignas(8) std::array<unsigned char, 104> state_;
};

/// The 32 bytes of SHA-256, and the same as 64 hexadecimal digits.
std::string sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

/// 32 bytes that only a holder of `key` can compute: BLAKE2b, for what we look up ourselves.
std::string keyed_hash(const SecretKey& key, std::string_view bytes);
/// HMAC-SHA-256 with a key of any length, for signatures that others make or check.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// `plain` encrypted and protected from change (XChaCha20-Poly1305, random nonce in front).
/// `context` says where it belongs, such as an object and field; only the same context opens it.
std::string seal(const SecretKey& key, std::string_view plain, std::string_view context = {});
/// Malformed when `sealed` was made with another key or context, or was changed.
Result<std::string> open_sealed(const SecretKey& key, std::string_view sealed,
                                std::string_view context = {});

/// Equality whose time tells nothing about where the two differ.
bool equals_constant_time(std::string_view a, std::string_view b);

std::string to_hex(std::string_view bytes);
Result<std::string> from_hex(std::string_view text);
/// With padding, as in HTTP and files.
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);
/// In the alphabet of URLs and file names, without padding.
std::string to_base64url(std::string_view bytes);
Result<std::string> from_base64url(std::string_view text);

}  // namespace xos
