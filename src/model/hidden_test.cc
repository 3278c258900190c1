#include "model/hidden.h"

#include <doctest/doctest.h>

namespace xos::model {
namespace {

TEST_CASE("a hidden value in each form is read as it was written") {
    for (const char* text : {"41 k1 c2VhbGVk", "7 $argon2id$v=19$x", "3"}) {
        CAPTURE(text);
        const auto hidden = parse_hidden(text);
        REQUIRE(hidden);
        CHECK(format_hidden(*hidden) == text);
    }
    const auto sealed = parse_hidden("41 k1 c2VhbGVk");
    CHECK(sealed->version == Revision{41});
    CHECK(sealed->key == "k1");
    CHECK(sealed->content == "c2VhbGVk");
    CHECK(parse_hidden("7 $argon2id$v=19$x")->key.empty());
}

TEST_CASE("what has no version is no hidden value") {
    for (const char* text : {"", "hush", "-1 x", " 4"}) {
        CAPTURE(text);
        CHECK(!parse_hidden(text));
    }
}

}  // namespace
}  // namespace xos::model
