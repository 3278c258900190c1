#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

struct Roots : World {
    Result<void> set_root(const NamedValues& values) {
        return commit([&](Steps& steps) { steps.set(root, values); });
    }
    ObjectId second() {
        return make("User", {{"email", "second@xos.example"},
                             {"firstname", "Second"},
                             {"lastname", "Root"},
                             {"site", site},
                             {"is_admin", true}});
    }
};

TEST_CASE_FIXTURE(Roots, "the last root who can act stays one") {
    for (const NamedValues& values :
         {NamedValues{{"is_admin", false}}, NamedValues{{"is_active", false}},
          NamedValues{{"is_readonly", true}}}) {
        const auto result = set_root(values);
        REQUIRE_FALSE(result);
        CHECK(result.error().code() == ErrorCode::Conflict);
        CHECK(result.error().message() ==
              "user \"admin@xos.local\": it is the last root who can act: make another user one "
              "first (is_admin, is_active, not is_readonly)");
    }
    CHECK_FALSE(commit([&](Steps& steps) { steps.remove(root); }));
    CHECK(set_root({{"phone", "1"}}));
}

TEST_CASE_FIXTURE(Roots, "with a second root the first may go, and then that is the last") {
    const ObjectId other = second();
    remove(root);
    CHECK_FALSE(commit([&](Steps& steps) { steps.remove(other); }));
}

TEST_CASE_FIXTURE(Roots, "roots who cannot act do not count, and two do not go together") {
    const ObjectId other = second();
    CHECK_FALSE(commit([&](Steps& steps) {
        steps.remove(root);
        steps.set(other, {{"is_active", false}});
    }));
    set(other, {{"is_readonly", true}});
    CHECK_FALSE(set_root({{"is_admin", false}}));
    set(other, {{"is_readonly", false}});
    CHECK(set_root({{"is_admin", false}}));
}

}  // namespace
}  // namespace xos::core
