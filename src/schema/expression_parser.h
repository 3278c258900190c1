#pragma once

#include "schema/lexer.h"
#include "schema/syntax.h"

namespace xos::schema {

/// Reads an expression from the cursor, which stays at the first token that is not part of it.
/// Where the expression is broken, the findings say so and the node is a literal null.
/// InPolicy, a ">" that ends the policy is not taken for a comparison.
class ExpressionParser {
public:
    /// Where the expression stands.
    enum class Context : std::uint8_t { Alone, InPolicy };

    ExpressionParser(Cursor& cursor, Context where) : cursor_(cursor), where_(where) {}

    ExpressionSyntax parse();

private:
    ExpressionSyntax implication();
    ExpressionSyntax chain(Expression::Kind kind);
    ExpressionSyntax comparison();
    ExpressionSyntax unary();
    ExpressionSyntax quantifier();
    ExpressionSyntax policy_call();
    ExpressionSyntax path_or_word();
    ExpressionSyntax literal();
    std::vector<Word> dotted();
    void expect(std::string_view sign);
    Word expect_word(std::string_view what);
    ExpressionSyntax broken(std::string message);
    std::optional<Comparison> accept_comparison();
    bool accept_operator(Expression::Kind kind);

    Cursor& cursor_;
    const Context where_;
    int depth_ = 0;
    bool failed_ = false;
};

/// Whether the cursor is at a ">" that ends a policy: behind it comes a declaration or the end.
bool at_policy_end(const Cursor& cursor);

}  // namespace xos::schema
