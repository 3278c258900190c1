#include "schema/field_builder.h"
#include "schema/lexer.h"

namespace xos::schema {
namespace {

class ChoicesParser {
public:
    explicit ChoicesParser(const std::vector<Token>& tokens) : tokens_(tokens) {}

    bool run() {
        if (!accept("(") && !accept("["))
            return false;
        while (!peek().is(")") && !peek().is("]")) {
            if (!pair())
                return false;
            if (!accept(","))
                break;
        }
        return (accept(")") || accept("]")) && peek().kind == Token::Kind::End;
    }

    std::vector<std::pair<std::string, std::string>> choices;

private:
    const Token& peek() const { return tokens_[at_]; }
    bool accept(std::string_view sign) {
        if (!peek().is(sign))
            return false;
        ++at_;
        return true;
    }

    std::optional<std::string> value() {
        const Token token = peek();
        if (token.kind == Token::Kind::End || token.kind == Token::Kind::Sign)
            return std::nullopt;
        ++at_;
        return token.kind == Token::Kind::String ? unescape(token.text) : std::string(token.text);
    }

    bool pair() {
        if (!accept("(") && !accept("["))
            return false;
        const bool null = peek().kind == Token::Kind::Word && peek().is("None");
        auto name = value();
        if (!name || !accept(","))
            return false;
        auto label = value();
        if (!label)
            return false;
        accept(",");
        // None without quotes is the null that an optional field may be anyway.
        if (!null)
            choices.emplace_back(std::move(*name), std::move(*label));
        return accept(")") || accept("]");
    }

    const std::vector<Token>& tokens_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> read_choices(
    std::string_view text) {
    Findings findings;
    const SourceText source{"", text};
    const std::vector<Token> tokens = lex(source, findings);
    ChoicesParser parser(tokens);
    if (!findings.empty() || !parser.run() || parser.choices.empty())
        return std::nullopt;
    return std::move(parser.choices);
}

}  // namespace xos::schema
