#include "core/rules/access_list.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

const AccessList::Subject kAda{"Max Planck Institute", "europe-west", "ada@mpi.example"};
const AccessList::Subject kBob{"Princeton", "america-east", "bob@princeton.example"};
const AccessList::Subject kEve{"Stanford", "america-west", "eve@mpi.example"};
const AccessList::Subject kSite{"Princeton", "america-east", ""};

/// Who of Ada, Bob, Eve and the site Princeton is admitted, as "y" or "n" each.
std::string admitted(std::string_view text) {
    const auto list = AccessList::parse(text);
    REQUIRE(list);
    std::string answer;
    for (const auto& subject : {kAda, kBob, kEve, kSite})
        answer += list->admits(subject) ? 'y' : 'n';
    return answer;
}

TEST_CASE("the first rule that fits decides, and where none does it is denied") {
    CHECK(admitted("") == "nnnn");
    CHECK(admitted("allow all") == "yyyy");
    CHECK(admitted("deny all\nallow all") == "nnnn");
    CHECK(admitted("allow site Princeton") == "nyny");
    CHECK(admitted("deny site Princeton; allow all") == "ynyn");
    CHECK(admitted("allow user bob@princeton.example") == "nynn");
    CHECK(admitted("deny user eve@*\nallow user *@mpi.example") == "ynnn");
    CHECK(admitted("allow region america-*") == "nyyy");
    CHECK(admitted("deny region *-west; allow region *") == "nyny");
}

TEST_CASE("patterns have spaces, comments and blank lines are left out") {
    CHECK(admitted("allow site Max Planck Institute") == "ynnn");
    CHECK(admitted("# who pays\n\n  allow site Max *  # all institutes\r\n;; deny all ;") ==
          "ynnn");
    CHECK(admitted("allow site [PS]*") == "nyyy");
    CHECK(admitted("allow site princeton") == "nnnn");
    CHECK(admitted("allow site ????????") == "nnyn");
}

TEST_CASE("all mistakes are told with their places and what would be right") {
    const auto list = AccessList::parse(
        "allow padmin@vicci.org\npermit all; allow\nallow site\n  deny all of them # really");
    REQUIRE_FALSE(list);
    const auto& details = list.error().details();
    REQUIRE(details.size() == 5);
    CHECK(details[0].message ==
          "line 1, column 1: after allow comes all, site, user or region, not "
          "\"padmin@vicci.org\"");
    CHECK(details[1].message ==
          "line 2, column 1: a rule starts with allow or deny, not with \"permit\"");
    CHECK(details[2].message ==
          "line 2, column 13: allow whom? all, or site, user or region and a pattern");
    CHECK(details[3].message == "line 3, column 1: site needs a pattern, such as \"site north*\"");
    CHECK(details[4].message == "line 4, column 3: nothing follows all, and here is \"of them\"");
}

}  // namespace
}  // namespace xos::core
