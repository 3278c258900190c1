#include "base/crypto.h"

#include "base/testing/fake_random.h"

#include <doctest/doctest.h>

#include <set>

namespace xos {
namespace {

/// As cheap as argon2id gets, to keep tests quick.
constexpr PasswordCost kCheap{.passes = 1, .memory = 8192};

TEST_CASE("a password is verified against its hash and no other is") {
    const std::string hash = hash_password("secret", kCheap).value();
    CHECK(hash.starts_with("$argon2id$"));
    CHECK(verify_password(hash, "secret"));
    CHECK(!verify_password(hash, "Secret"));
    CHECK(!verify_password(hash, ""));
    CHECK(hash != hash_password("secret", kCheap).value());
    CHECK(!verify_password("", ""));
    CHECK(!verify_password("$argon2id$", "secret"));
    CHECK(!verify_password(std::string(4000, 'x'), "secret"));
}

TEST_CASE("a hash of another cost wants a new one") {
    const std::string hash = hash_password("secret", kCheap).value();
    CHECK(!needs_rehash(hash, kCheap));
    CHECK(needs_rehash(hash));
}

TEST_CASE("SHA-256 agrees with its standard, whole and in pieces") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 hash;
    for (const char* piece : {"a", "", "bc"})
        hash.add(piece);
    CHECK(hash.finish() == sha256("abc"));
}

TEST_CASE("HMAC agrees with RFC 4231") {
    CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a keyed hash depends on key and text") {
    FakeRandom random;
    const SecretKey key = SecretKey::make(random);
    CHECK(keyed_hash(key, "a") == keyed_hash(key, "a"));
    CHECK(keyed_hash(key, "a") != keyed_hash(key, "b"));
    CHECK(keyed_hash(key, "a") != keyed_hash(SecretKey::make(random), "a"));
    CHECK(keyed_hash(key, "a").size() == 32);
}

TEST_CASE("what is sealed opens with the same key and context only") {
    FakeRandom random;
    const SecretKey key = SecretKey::make(random);
    const std::string sealed = seal(key, "secret", "User.1.token");
    CHECK(open_sealed(key, sealed, "User.1.token").value() == "secret");
    CHECK(sealed != seal(key, "secret", "User.1.token"));
    CHECK(!open_sealed(key, sealed, "User.2.token").has_value());
    CHECK(!open_sealed(SecretKey::make(random), sealed, "User.1.token").has_value());
    CHECK(open_sealed(key, seal(key, "")).value().empty());
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK(!open_sealed(key, changed, "User.1.token").has_value());
        CHECK(!open_sealed(key, sealed.substr(0, i), "User.1.token").has_value());
    }
}

TEST_CASE("a key has 32 bytes") {
    CHECK(SecretKey::from_bytes(std::string(32, 'x')).value().bytes() == std::string(32, 'x'));
    CHECK(!SecretKey::from_bytes("short").has_value());
}

TEST_CASE("bytes survive each encoding and damaged text is refused") {
    FakeRandom random(7);
    for (std::size_t size = 0; size < 70; ++size) {
        const std::string bytes = random.bytes(size);
        CHECK(from_hex(to_hex(bytes)).value() == bytes);
        CHECK(from_base64(to_base64(bytes)).value() == bytes);
        CHECK(from_base64url(to_base64url(bytes)).value() == bytes);
    }
    CHECK(to_hex("\x01\xFE") == "01fe");
    CHECK(to_base64("\xFB\xFF?") == "+/8/");
    CHECK(to_base64("a") == "YQ==");
    CHECK(to_base64url("\xFB\xFF?a") == "-_8_YQ");
    for (const char* text : {"a", "abc", "xy", "0 "})
        CHECK(!from_hex(text).has_value());
    for (const char* text : {"YQ", "YQ=", "YR==", "Y Q=", "-_8_", "YQ==x"})
        CHECK(!from_base64(text).has_value());
    for (const char* text : {"YQ==", "+/8/", "YR"})
        CHECK(!from_base64url(text).has_value());
}

TEST_CASE("comparison in constant time is comparison") {
    CHECK(equals_constant_time("token", "token"));
    CHECK(!equals_constant_time("token", "tokem"));
    CHECK(!equals_constant_time("token", "toke"));
    CHECK(equals_constant_time("", ""));
}

TEST_CASE("system randomness does not repeat") {
    SystemRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i)
        seen.insert(random.hex(16));
    CHECK(seen.size() == 100);
    CHECK(seen.begin()->size() == 32);
}

TEST_CASE("numbers below an end reach all and only those") {
    FakeRandom random;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 200; ++i)
        seen.insert(random.below(7));
    CHECK(seen == std::set<std::uint64_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(random.below(1) == 0);
}

}  // namespace
}  // namespace xos
