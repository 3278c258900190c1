#include "schema/print.h"

#include "schema/expression_parser.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>

namespace xos::schema {
namespace {

std::string printed(const Source& source) {
    auto out = print(source);
    if (const auto* problems = std::get_if<Problems>(&out))
        FAIL(format(*problems));
    return std::get<std::string>(out);
}

/// The expression printed again after it is parsed, or the first mistake in it.
std::string reprinted(const std::string& text) {
    Findings findings;
    const SourceText source{"", text};
    const auto tokens = lex(source, findings);
    Cursor cursor(source, tokens, findings);
    const ExpressionSyntax tree =
        ExpressionParser(cursor, ExpressionParser::Context::Alone).parse();
    if (!cursor.at_end())
        cursor.complain("there is more");
    return findings.empty() ? print(tree) : findings.take().front().message;
}

TEST_CASE("a file is printed in one layout") {
    CHECK(printed({.file = "a",
                   .app = "core",
                   .text =
                       "// gone\nmessage A::p(XOSBase,B){option plural='as'; required string\n"
                       " a=1[max_length=3,help_text=\"say \\\"a\\\"\"]; manytomany b->B/AB:as=2:3;"
                       "optional int32 c=4 [default=-1];}\npolicy p<obj.a='x'|not (obj.c>2)>"}) ==
          "policy p < obj.a = \"x\" | not (obj.c > 2) >\n"
          "message A::p (XOSBase, B) {\n"
          "    option plural = \"as\";\n"
          "    required string a = 1 [max_length = 3, help_text = \"say \\\"a\\\"\"];\n"
          "    optional manytomany b->B/AB:as = 2:3;\n"
          "    optional int32 c = 4 [default = -1];\n"
          "}\n");
}

TEST_CASE("expressions are printed with the parentheses that they need") {
    CHECK(reprinted("((a) & (b | c)) -> ((d -> e))") == "a & (b | c) -> d -> e");
    CHECK(reprinted("(a -> b) -> c") == "(a -> b) -> c");
    CHECK(reprinted("not (not a) | not (b = 1)") == "not not a | not (b = 1)");
    CHECK(reprinted("(exists A: A.b) & c | d") == "(exists A: A.b) & c | d");
    CHECK(reprinted("exists A: (A.b & c)") == "exists A: A.b & c");
    CHECK(reprinted("exists A.B as c: (c.d)") == "exists A.B as c: c.d");
    CHECK(reprinted("*( a.b ) | *p(c)") == "*(a.b) | *p(c)");
    CHECK(reprinted("a not in b.c.all()") == "not (a in b.c)");
    CHECK(reprinted("*p(a.b) & 1.0 <= -2 & '\\'\"' == null") ==
          "*p(a.b) & 1.0 <= -2 & \"'\\\"\" = null");
}

/// Random expressions, as a tree would give them and with more parentheses than needed.
class Writer {
public:
    explicit Writer(std::uint64_t seed) : random_(seed) {}

    std::string expression(int depth) {
        const auto inner = [&] { return "(" + expression(depth - 1) + ")"; };
        switch (depth == 0 ? 0 : random_() % 10) {
            case 0: return "obj.a";
            case 1: return "not " + inner();
            case 2: return inner() + " & " + inner();
            case 3: return inner() + " | " + inner() + " | " + inner();
            case 4: return inner() + " -> " + inner();
            case 5: return "exists Slice: " + inner();
            case 6: return "obj.a in obj.b.c";
            case 7: return "forall core.Slice as s: " + inner();
            case 8: return random_() % 2 == 0 ? "*(obj.a.b)" : "*p(obj.a)";
            default: return "'x' >= 1.5";
        }
    }

private:
    std::mt19937_64 random_;
};

TEST_CASE("what is printed reads back as itself") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const std::string once = reprinted(Writer(seed).expression(5));
        CHECK(reprinted(once) == once);
        CHECK(once.find("expected") == std::string::npos);
    }
}

TEST_CASE("any sequence of words and signs is read or refused") {
    constexpr const char* kPieces[] = {"not",    "(", ")", "a",  ".",    "=", "in",
                                       "exists", ":", "*", "->", "&",    "|", "1",
                                       "'x'",    "<", "-", "{",  "null", "\""};
    std::mt19937_64 random(7);
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (std::size_t n = random() % 12; n > 0; --n)
            (text += kPieces[random() % std::size(kPieces)]) += ' ';
        CHECK(!reprinted(text).empty());
    }
}

}  // namespace
}  // namespace xos::schema
