#include "base/regex.h"

#include <doctest/doctest.h>

namespace xos {
namespace {

TEST_CASE("an expression matches whole texts and is found within them") {
    const Regex regex = Regex::compile("[a-z]+[0-9]?").value();
    CHECK(regex.matches("slice1"));
    CHECK(!regex.matches("slice12"));
    CHECK(regex.finds_in("-- slice12"));
    CHECK(!regex.finds_in("12"));
    CHECK(regex.pattern() == "[a-z]+[0-9]?");
}

TEST_CASE("a copy outlives the original") {
    Regex copy = Regex::compile("b").value();
    {
        const Regex original = Regex::compile("a.c").value();
        copy = original;
    }
    CHECK(copy.matches("abc"));
}

TEST_CASE("what is no expression is refused with the reason") {
    const Error error = Regex::compile("a(b").error();
    CHECK(error.code() == ErrorCode::Malformed);
    CHECK(error.message() == "regular expression \"a(b\": missing ): a(b");
    CHECK(!Regex::compile("(?=a)").has_value());
    CHECK(!Regex::compile("\xFF").has_value());
}

TEST_CASE("an expression that would take much memory is refused") {
    CHECK(Regex::compile("((a{100}){100}){10}").error().code() == ErrorCode::Malformed);
    CHECK(Regex::compile("(x{1000}y{1000}z{1000}){1}[\\pL]{900}").error().code() ==
          ErrorCode::TooLarge);
}

TEST_CASE("nested repetition takes linear time") {
    const Regex regex = Regex::compile("(a*)*(a*)*b").value();
    CHECK(!regex.matches(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace xos
