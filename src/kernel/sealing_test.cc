#include "kernel/sealing.h"

#include "kernel/testing/running_kernel.h"
#include "model/codec.h"
#include "model/hidden.h"

#include <doctest/doctest.h>

namespace xos::kernel {
namespace {

using model::Row;
using model::Value;

constexpr std::string_view kModel = R"xproto(
policy admin_policy < ctx.user.is_admin >
message User::admin_policy (XOSBase) {
    required string email = 1 [unique = True, tosca_key = True];
    optional string password = 2 [hashed = True];
    required bool is_admin = 3 [default = False];
    required bool is_active = 4 [default = True];
}
message Service::admin_policy (XOSBase) {
    required string name = 1 [unique = True];
}
message Controller::admin_policy (XOSBase) {
    required string name = 1 [unique = True];
    optional string key = 2 [secret = True];
    optional string note = 3;
}
)xproto";

Keyring keyring(int keys) {
    SystemRandom random;
    Keyring keyring;
    for (int i = 0; i < keys; ++i)
        keyring.add(random);
    return keyring;
}

struct World {
    World() { kernel.use(Sealing(keys)); }

    ObjectId controller(const std::string& key) {
        return kernel.make("Controller", {{"name", std::string("c")}, {"key", key}});
    }
    Sealing::Place place(ObjectId id) {
        return {id, kernel.type("Controller").fields[kernel.field("Controller", "key")]};
    }
    std::string held(ObjectId id) {
        const Row* row = kernel.view().find(id);
        return std::string(row->string(kernel.field("Controller", "key")));
    }
    std::string shown(ObjectId id) {
        std::string text;
        model::write_shown(text, kernel->schema(), *kernel.view().find(id));
        return text;
    }
    std::string stored() {
        std::string all;
        REQUIRE(kernel.journal().for_each_object([&](const auto& object) -> Result<void> {
            all += object.document;
            return {};
        }));
        REQUIRE(kernel.journal().for_each_change({}, [&](const auto& version) -> Result<void> {
            all += version.document;
            return {};
        }));
        return all;
    }

    Keyring keys = keyring(1);
    RunningKernel kernel{kModel};
};

TEST_CASE_FIXTURE(World, "a secret is nowhere in the clear, and its place opens it") {
    const ObjectId id = controller("hush-hush");
    CHECK(held(id).find("hush") == std::string::npos);
    CHECK(stored().find("hush") == std::string::npos);
    CHECK(*kernel->sealing().open(place(id), held(id)) == "hush-hush");
    CHECK(!kernel->sealing().open(place(ObjectId{id.value + 1}), held(id)));
}

TEST_CASE_FIXTURE(World, "the version of a secret rises when that secret changes, and only then") {
    const ObjectId id = controller("a");
    const Revision made = kernel->snapshot()->revision();
    const auto version = [&] { return model::parse_hidden(held(id))->version; };
    CHECK(version() == made);
    REQUIRE(kernel.commit({kernel.update("Controller", id, {{"note", std::string("n")}})}));
    CHECK(version() == made);
    REQUIRE(kernel.commit({kernel.update("Controller", id, {{"key", std::string("a")}})}));
    CHECK(version() == made);
    CHECK(kernel->snapshot()->revision().value == made.value + 1);  // The same again is no change.
    REQUIRE(kernel.commit({kernel.update("Controller", id, {{"key", std::string("b")}})}));
    CHECK(version().value == made.value + 2);
    CHECK(kernel.view().find(id)->goal_revision() == version());
    const std::string text = R"("key":{"set":true,"version":)" + std::to_string(made.value + 2);
    CHECK(shown(id).find(text) != std::string::npos);
    REQUIRE(kernel.commit({kernel.update("Controller", id, {{"key", Value{}}})}));
    CHECK(shown(id).find(R"("key":{"set":false})") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "history knows when a secret changed, not what it was") {
    const ObjectId id = controller("hush-hush");
    const auto versions = kernel.journal().versions(id, {});
    REQUIRE(versions);
    const std::string text = R"("key":{"set":true,"version":)" +
                             std::to_string(kernel->snapshot()->revision().value) + "}";
    CHECK((*versions)[0].document.find(text) != std::string::npos);
}

TEST_CASE_FIXTURE(World, "after a restart a new key seals all anew, and no goal moves") {
    const ObjectId id = controller("hush");
    const std::string before = held(id);
    const Revision goal = kernel.view().find(id)->goal_revision();
    SystemRandom random;
    keys.add(random);
    kernel.use(Sealing(keys));
    CHECK(held(id) != before);
    const std::string after = held(id);
    const auto hidden = model::parse_hidden(after);
    CHECK(hidden->key == keys.newest_id());
    CHECK(hidden->version == goal);
    CHECK(kernel.view().find(id)->goal_revision() == goal);
    CHECK(*kernel->sealing().open(place(id), held(id)) == "hush");
    const std::string again = held(id);
    CHECK(stored().find(again) != std::string::npos);
    kernel.use(Sealing(keys));
    CHECK(held(id) == again);
}

TEST_CASE_FIXTURE(World, "without its key, or with another under its name, nothing starts") {
    controller("hush");
    const auto missing = kernel.try_open(Sealing(keyring(1)));
    REQUIRE(!missing);
    CHECK(missing.error().code() == ErrorCode::Unavailable);
    CHECK(missing.error().message().find("put back the file \"keyring\"") != std::string::npos);
    CHECK(missing.error().message().find(keys.newest_id()) != std::string::npos);
}

TEST_CASE_FIXTURE(World, "a fingerprint is the same for the same text and keyring") {
    const Sealing sealing(keys);
    CHECK(sealing.fingerprint("a") == sealing.fingerprint("a"));
    CHECK(sealing.fingerprint("a") != sealing.fingerprint("b"));
    CHECK(sealing.fingerprint("a") != Sealing(keyring(1)).fingerprint("a"));
    SystemRandom random;
    keys.add(random);
    CHECK(sealing.fingerprint("a") == Sealing(keys).fingerprint("a"));
}

}  // namespace
}  // namespace xos::kernel
