#include "schema/expression_parser.h"

#include "schema/number.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace xos::schema {
namespace {

using Kind = Expression::Kind;

constexpr int kDeepest = 64;

struct ComparisonSign {
    std::string_view sign;
    Comparison comparison;
};
constexpr std::array<ComparisonSign, 8> kComparisons = {{{"=", Comparison::Equal},
                                                         {"==", Comparison::Equal},
                                                         {"!=", Comparison::NotEqual},
                                                         {"<", Comparison::Less},
                                                         {"<=", Comparison::LessOrEqual},
                                                         {">", Comparison::Greater},
                                                         {">=", Comparison::GreaterOrEqual},
                                                         {"in", Comparison::In}}};
constexpr std::array<std::string_view, 10> kDeclarations = {
    "policy",  "message", "option", "enum",    "import",
    "package", "syntax",  "extend", "service", "def"};

ExpressionSyntax node(Kind kind, Place place) {
    ExpressionSyntax out;
    out.kind = kind;
    out.place = place;
    return out;
}

ExpressionSyntax join(Kind kind, Place place, std::vector<ExpressionSyntax> operands) {
    ExpressionSyntax out = node(kind, place);
    out.operands = std::move(operands);
    return out;
}

/// The word that stands before `sign` in `text`.
std::string_view word_before(std::string_view text, std::string_view sign) {
    const std::size_t end = text.find(sign);
    if (end == std::string_view::npos)
        return "";
    std::size_t start = end;
    while (start > 0 && (std::isalnum(static_cast<unsigned char>(text[start - 1])) != 0 ||
                         text[start - 1] == '_'))
        --start;
    return text.substr(start, end - start);
}

/// Why a piece of Python is refused, and what would say the same.
std::string refuse_python(std::string_view python) {
    std::string instead = "paths such as ctx.user.is_admin, =, in, &, |, ->, not";
    if (const std::string_view type = word_before(python, ".objects"); !type.empty())
        instead = "\"exists " + std::string(type) + ": " + std::string(type) + ".field = …\"";
    else if (python.find("len(") != std::string_view::npos)
        instead = "a path that is true when it has members, as in obj.slices, or exists";
    return "Python is not accepted here: write " + instead +
           "; what cannot be said so is a rule of the service";
}

}  // namespace

bool at_policy_end(const Cursor& cursor) {
    if (!cursor.peek().is(">"))
        return false;
    const Token& after = cursor.peek(1);
    const bool declaration =
        std::find(kDeclarations.begin(), kDeclarations.end(), after.text) != kDeclarations.end();
    return after.kind == Token::Kind::End || after.is(";") ||
           (declaration && !cursor.peek(2).is("."));
}

ExpressionSyntax ExpressionParser::parse() {
    return implication();
}

ExpressionSyntax ExpressionParser::implication() {
    // Bounded here and in unary(): every way to nest passes through one of the two.
    if (++depth_ > kDeepest) {
        --depth_;
        return broken("the expression is nested deeper than " + std::to_string(kDeepest));
    }
    ExpressionSyntax left = chain(Kind::Or);
    const Place place = cursor_.place();
    if (cursor_.accept("->")) {
        ExpressionSyntax right = implication();
        left = join(Kind::Implies, place, {std::move(left), std::move(right)});
    }
    --depth_;
    return left;
}

bool ExpressionParser::accept_operator(Kind kind) {
    const std::string_view sign = kind == Kind::Or ? "|" : "&";
    const std::array<std::string_view, 2> wrong =
        kind == Kind::Or ? std::array<std::string_view, 2>{"or", "||"}
                         : std::array<std::string_view, 2>{"and", "&&"};
    for (std::string_view word : wrong) {
        if (cursor_.peek().is(word)) {
            cursor_.complain("write " + quoted(sign) + " for " + quoted(word));
            cursor_.next();
            return true;
        }
    }
    return cursor_.accept(sign);
}

/// Operands joined by "|", or by "&", which binds tighter.
ExpressionSyntax ExpressionParser::chain(Kind kind) {
    const auto operand = [&] { return kind == Kind::Or ? chain(Kind::And) : comparison(); };
    const Place place = cursor_.place();
    std::vector<ExpressionSyntax> operands;
    operands.push_back(operand());
    while (accept_operator(kind))
        operands.push_back(operand());
    return operands.size() == 1 ? std::move(operands.front())
                                : join(kind, place, std::move(operands));
}

std::optional<Comparison> ExpressionParser::accept_comparison() {
    if (where_ == Context::InPolicy && at_policy_end(cursor_))
        return std::nullopt;
    for (const ComparisonSign& entry : kComparisons) {
        if (cursor_.accept(entry.sign))
            return entry.comparison;
    }
    return std::nullopt;
}

ExpressionSyntax ExpressionParser::comparison() {
    ExpressionSyntax left = unary();
    const Place place = cursor_.place();
    const bool negated = cursor_.peek().is("not") && cursor_.peek(1).is("in");
    if (negated)
        cursor_.next();
    const auto comparison = accept_comparison();
    if (!comparison)
        return left;
    if (left.kind == Kind::Not) {
        cursor_.findings().add(left.place,
                               "\"not\" binds tighter than a comparison: write not (… = …)");
    }
    ExpressionSyntax right = unary();
    ExpressionSyntax out = join(Kind::Compare, place, {std::move(left), std::move(right)});
    out.comparison = *comparison;
    return negated ? join(Kind::Not, place, {std::move(out)}) : out;
}

ExpressionSyntax ExpressionParser::unary() {
    const Token token = cursor_.peek();
    const Place place = cursor_.place();
    if (token.is("not") || token.is("!")) {
        if (token.is("!"))
            cursor_.complain("write \"not\" for \"!\"");
        cursor_.next();
        if (++depth_ > kDeepest) {
            --depth_;
            return broken("the expression is nested deeper than " + std::to_string(kDeepest));
        }
        ExpressionSyntax operand = unary();
        --depth_;
        return join(Kind::Not, place, {std::move(operand)});
    }
    if (token.is("(")) {
        cursor_.next();
        ExpressionSyntax inner = implication();
        expect(")");
        return inner;
    }
    if (token.is("exists") || token.is("forall"))
        return quantifier();
    if (token.is("*"))
        return policy_call();
    if (token.text.starts_with("{"))
        return broken(refuse_python(token.text));
    return token.kind == Token::Kind::Word ? path_or_word() : literal();
}

ExpressionSyntax ExpressionParser::quantifier() {
    const Place place = cursor_.place();
    ExpressionSyntax out = node(cursor_.next().is("exists") ? Kind::Exists : Kind::ForAll, place);
    out.quantified = dotted();
    if (cursor_.accept("as"))
        out.variable = expect_word("the name of the variable");
    expect(":");
    out.operands.push_back(implication());
    return out;
}

ExpressionSyntax ExpressionParser::policy_call() {
    ExpressionSyntax out = node(Kind::Policy, cursor_.place());
    cursor_.next();
    if (!cursor_.peek().is("("))
        out.policy = expect_word("the name of a policy, or \"(\",");
    expect("(");
    out.path = dotted();
    expect(")");
    return out;
}

std::vector<Word> ExpressionParser::dotted() {
    std::vector<Word> path = {expect_word("a name")};
    while (cursor_.accept(".")) {
        // The published language writes `obj.links.all()` for all members.
        if (cursor_.peek().is("all") && cursor_.peek(1).is("(") && cursor_.peek(2).is(")")) {
            for (int i = 0; i < 3; ++i)
                cursor_.next();
            continue;
        }
        path.push_back(expect_word("a name"));
    }
    return path;
}

ExpressionSyntax ExpressionParser::path_or_word() {
    ExpressionSyntax out = node(Kind::Literal, cursor_.place());
    if (!cursor_.peek(1).is(".")) {
        const Token token = cursor_.peek();
        const bool truth = token.is("True") || token.is("true");
        if (truth || token.is("False") || token.is("false"))
            out.literal = truth;
        if (truth || !is_null(out.literal) || token.is("null") || token.is("None")) {
            cursor_.next();
            return out;
        }
    }
    out.kind = Kind::Path;
    out.path = dotted();
    if (cursor_.peek().is("("))
        return broken("there are no functions here");
    return out;
}

ExpressionSyntax ExpressionParser::literal() {
    ExpressionSyntax out = node(Kind::Literal, cursor_.place());
    const bool negative = cursor_.peek().is("-") && cursor_.peek(1).kind == Token::Kind::Number;
    const Token& token = cursor_.peek(negative ? 1 : 0);
    if (token.kind == Token::Kind::String) {
        out.literal = unescape(token.text);
    } else if (token.kind == Token::Kind::Number) {
        const auto number = read_number((negative ? "-" : "") + std::string(token.text));
        if (!number)
            return broken(quoted(token.text) + " is not a number");
        out.literal = *number;
    } else {
        return broken("expected a path, a value or \"(\", found " + cursor_.shown());
    }
    cursor_.next();
    if (negative)
        cursor_.next();
    return out;
}

void ExpressionParser::expect(std::string_view sign) {
    if (!cursor_.accept(sign))
        broken("expected " + quoted(sign) + ", found " + cursor_.shown());
}

Word ExpressionParser::expect_word(std::string_view what) {
    const Word word = cursor_.word(cursor_.peek());
    if (cursor_.peek().kind == Token::Kind::Word) {
        cursor_.next();
        return word;
    }
    broken("expected " + std::string(what) + ", found " + cursor_.shown());
    return {{}, word.place};
}

/// Reports `message`, the first time, and goes to where the expression can only have ended, so that
/// one mistake is reported once.
ExpressionSyntax ExpressionParser::broken(std::string message) {
    ExpressionSyntax out = node(Kind::Literal, cursor_.place());
    if (!std::exchange(failed_, true))
        cursor_.complain(std::move(message));
    while (!cursor_.at_end() && !(where_ == Context::InPolicy && at_policy_end(cursor_)))
        cursor_.next();
    return out;
}

}  // namespace xos::schema
