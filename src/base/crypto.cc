#include "base/crypto.h"

#include "base/check.h"

#include <sodium.h>

#include <algorithm>
#include <new>

namespace xos {
namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;

static_assert(SecretKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(Sha256));

const unsigned char* unsigned_bytes(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* unsigned_bytes(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

/// libsodium picks its implementations for this processor here; repeated calls cost little.
void start_sodium() {
    XOS_CHECK(sodium_init() >= 0, "libsodium does not start");
}

std::string encode(std::string_view bytes, int variant) {
    std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(out.data(), out.size(), unsigned_bytes(bytes), bytes.size(), variant);
    out.pop_back();  // the final zero, which sodium counts
    return out;
}

Result<std::string> decode(std::string_view text, int variant) {
    std::string out(text.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    const int failed = sodium_base642bin(unsigned_bytes(out), out.size(), text.data(), text.size(),
                                         nullptr, &size, &end, variant);
    if (failed != 0 || end != text.data() + text.size())
        return Error{ErrorCode::Malformed, "not base64"};
    out.resize(size);
    return out;
}

crypto_hash_sha256_state* state_in(std::array<unsigned char, 104>& bytes) {
    return std::launder(reinterpret_cast<crypto_hash_sha256_state*>(bytes.data()));
}

}  // namespace

SecretKey SecretKey::make(Random& random) {
    return from_bytes(random.bytes(kSize)).value();
}

Result<SecretKey> SecretKey::from_bytes(std::string_view bytes) {
    if (bytes.size() != kSize)
        return Error{ErrorCode::Malformed, "a key of 32 bytes is wanted"};
    SecretKey key;
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    return key;
}

SecretKey::~SecretKey() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

std::string_view SecretKey::bytes() const {
    return {bytes_.data(), bytes_.size()};
}

Result<std::string> hash_password(std::string_view password, PasswordCost cost) {
    start_sodium();
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.passes,
                              cost.memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return Error{ErrorCode::Unavailable, "not enough memory to hash a password"};
    hash.resize(hash.find('\0'));
    return hash;
}

bool verify_password(std::string_view hash, std::string_view password) {
    start_sodium();
    if (hash.size() >= crypto_pwhash_STRBYTES)
        return false;
    // sodium reads a fixed size, so the text must stand in a buffer of that size.
    std::string padded(hash);
    padded.resize(crypto_pwhash_STRBYTES, '\0');
    return crypto_pwhash_str_verify(padded.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(const std::string& hash, PasswordCost cost) {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory) != 0;
}

Sha256::Sha256() {
    crypto_hash_sha256_init(new (state_.data()) crypto_hash_sha256_state);
}

void Sha256::add(std::string_view bytes) {
    crypto_hash_sha256_update(state_in(state_), unsigned_bytes(bytes), bytes.size());
}

std::string Sha256::finish() {
    std::string out(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(state_in(state_), unsigned_bytes(out));
    return out;
}

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(sha256(bytes));
}

std::string keyed_hash(const SecretKey& key, std::string_view bytes) {
    start_sodium();
    std::string out(crypto_generichash_BYTES, '\0');
    crypto_generichash(unsigned_bytes(out), out.size(), unsigned_bytes(bytes), bytes.size(),
                       unsigned_bytes(key.bytes()), SecretKey::kSize);
    return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    crypto_auth_hmacsha256_state state;
    std::string out(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_init(&state, unsigned_bytes(key), key.size());
    crypto_auth_hmacsha256_update(&state, unsigned_bytes(bytes), bytes.size());
    crypto_auth_hmacsha256_final(&state, unsigned_bytes(out));
    return out;
}

std::string seal(const SecretKey& key, std::string_view plain, std::string_view context) {
    start_sodium();
    std::string out(kNonceSize + plain.size() + kTagSize, '\0');
    unsigned char* nonce = unsigned_bytes(out);
    randombytes_buf(nonce, kNonceSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + kNonceSize, nullptr, unsigned_bytes(plain), plain.size(), unsigned_bytes(context),
        context.size(), nullptr, nonce, unsigned_bytes(key.bytes()));
    return out;
}

Result<std::string> open_sealed(const SecretKey& key, std::string_view sealed,
                                std::string_view context) {
    start_sodium();
    const Error refusal{ErrorCode::Malformed, "sealed with another key or context, or changed"};
    if (sealed.size() < kNonceSize + kTagSize)
        return refusal;
    const unsigned char* nonce = unsigned_bytes(sealed);
    std::string out(sealed.size() - kNonceSize - kTagSize, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            unsigned_bytes(out), nullptr, nullptr, nonce + kNonceSize, sealed.size() - kNonceSize,
            unsigned_bytes(context), context.size(), nonce, unsigned_bytes(key.bytes())) != 0)
        return refusal;
    return out;
}

bool equals_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_hex(std::string_view bytes) {
    std::string out(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), unsigned_bytes(bytes), bytes.size());
    out.pop_back();
    return out;
}

Result<std::string> from_hex(std::string_view text) {
    std::string out(text.size() / 2, '\0');
    const char* end = nullptr;
    if (sodium_hex2bin(unsigned_bytes(out), out.size(), text.data(), text.size(), nullptr, nullptr,
                       &end) != 0 ||
        end != text.data() + text.size())
        return Error{ErrorCode::Malformed, "not hexadecimal"};
    return out;
}

std::string to_base64(std::string_view bytes) {
    return encode(bytes, sodium_base64_VARIANT_ORIGINAL);
}

Result<std::string> from_base64(std::string_view text) {
    return decode(text, sodium_base64_VARIANT_ORIGINAL);
}

std::string to_base64url(std::string_view bytes) {
    return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

Result<std::string> from_base64url(std::string_view text) {
    return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace xos
