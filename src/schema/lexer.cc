#include "schema/lexer.h"

#include "base/utf8.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>

namespace xos::schema {
namespace {

constexpr std::size_t kLongestText = std::size_t{16} << 20;
constexpr std::array<std::string_view, 8> kLongSigns = {
    "::", "->", "==", "!=", "<=", ">=", "&&", "||"};
constexpr std::string_view kSigns = "{}()[]<>=;:,./*|&!-+@";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

class Lexer {
public:
    Lexer(const SourceText& source, Findings& findings)
        : source_(source), text_(source.text), findings_(findings) {}

    std::vector<Token> run() {
        tokens_.reserve(text_.size() / 5 + 1);
        while (skip_blank(), at_ < text_.size())
            read_token();
        tokens_.push_back({Token::Kind::End, static_cast<std::uint32_t>(text_.size()), {}});
        return std::move(tokens_);
    }

private:
    std::string_view rest() const { return text_.substr(at_); }
    void complain(std::size_t at, std::string message) {
        findings_.add({&source_, static_cast<std::uint32_t>(at)}, std::move(message));
    }

    void skip_blank() {
        while (at_ < text_.size()) {
            if (is_space(text_[at_])) {
                ++at_;
            } else if (rest().starts_with("//")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (rest().starts_with("/*")) {
                const std::size_t end = text_.find("*/", at_ + 2);
                if (end == std::string_view::npos)
                    complain(at_, "this comment has no \"*/\"");
                at_ = end == std::string_view::npos ? text_.size() : end + 2;
            } else {
                return;
            }
        }
    }

    void read_token() {
        const char c = text_[at_];
        if (is_letter(c)) {
            add(Token::Kind::Word,
                length_while([](char c) { return is_letter(c) || is_digit(c); }));
        } else if (is_digit(c)) {
            add(Token::Kind::Number, number_length());
        } else if (c == '"' || c == '\'') {
            read_string();
        } else if (rest().starts_with("{{") && rest().find("}}") != std::string_view::npos) {
            add(Token::Kind::Sign, rest().find("}}") + 2);  // Python of the published language.
        } else if (std::any_of(kLongSigns.begin(), kLongSigns.end(),
                               [&](std::string_view sign) { return rest().starts_with(sign); })) {
            add(Token::Kind::Sign, 2);
        } else if (kSigns.find(c) != std::string_view::npos) {
            add(Token::Kind::Sign, 1);
        } else {
            const std::size_t length = std::max<std::size_t>(1, utf8_length(rest()));
            complain(at_, quoted(rest().substr(0, length)) + " has no meaning here");
            at_ += length;
        }
    }

    template <class Test>
    std::size_t length_while(Test test) const {
        std::size_t length = 0;
        while (at_ + length < text_.size() && test(text_[at_ + length]))
            ++length;
        return length;
    }

    /// Digits, letters and dots, and a sign behind the "e" of an exponent; what they mean is
    /// checked by whoever reads the number.
    std::size_t number_length() const {
        char last = ' ';
        return length_while([&](char c) {
            const bool exponent = (c == '-' || c == '+') && (last == 'e' || last == 'E');
            last = c;
            return is_letter(c) || is_digit(c) || c == '.' || exponent;
        });
    }

    void read_string() {
        const char quote = text_[at_];
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
            end += text_[end] == '\\' && end + 1 < text_.size() && text_[end + 1] != '\n' ? 2 : 1;
        if (end >= text_.size() || text_[end] != quote) {
            complain(at_, "this string does not end in its line");
            add(Token::Kind::String, std::min(end, text_.size()) - at_);
            return;
        }
        add(Token::Kind::String, end + 1 - at_);
    }

    void add(Token::Kind kind, std::size_t length) {
        tokens_.push_back({kind, static_cast<std::uint32_t>(at_), text_.substr(at_, length)});
        at_ += length;
    }

    const SourceText& source_;
    const std::string_view text_;
    Findings& findings_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

std::string unescape(std::string_view literal) {
    std::string out;
    if (literal.empty())
        return out;
    const char quote = literal.front();
    literal.remove_prefix(1);
    for (std::size_t i = 0; i < literal.size(); ++i) {
        if (literal[i] == quote)
            break;
        if (literal[i] != '\\' || i + 1 == literal.size()) {
            out += literal[i];
            continue;
        }
        switch (literal[++i]) {
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case 'r': out += '\r'; break;
            case '\\':
            case '"':
            case '\'': out += literal[i]; break;
            default: (out += '\\') += literal[i];  // A regular expression keeps its backslashes.
        }
    }
    return out;
}

std::vector<Token> lex(const SourceText& source, Findings& findings) {
    const std::size_t invalid = find_invalid_utf8(source.text);
    if (source.text.size() > kLongestText || invalid != std::string_view::npos) {
        const bool too_long = source.text.size() > kLongestText;
        const Place place{&source, too_long ? 0 : static_cast<std::uint32_t>(invalid)};
        findings.add(place, too_long ? "the text is longer than 16 MiB" : "this is not UTF-8");
        return {Token{}};
    }
    return Lexer(source, findings).run();
}

const Token& Cursor::peek(std::size_t ahead) const {
    return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

Token Cursor::next() {
    const Token token = peek();
    if (position_ + 1 < tokens_.size())
        ++position_;
    return token;
}

bool Cursor::accept(std::string_view what) {
    if (!peek().is(what))
        return false;
    next();
    return true;
}

bool Cursor::expect(std::string_view what) {
    if (accept(what))
        return true;
    complain("expected " + quoted(what) + ", found " + shown());
    return false;
}

Word Cursor::expect_word(std::string_view what) {
    if (peek().kind == Token::Kind::Word)
        return word(next());
    complain("expected " + std::string(what) + ", found " + shown());
    return {{}, place()};
}

void Cursor::skip_to(std::initializer_list<std::string_view> signs) {
    int depth = 0;
    while (!at_end()) {
        const bool wanted = std::any_of(signs.begin(), signs.end(),
                                        [&](std::string_view sign) { return peek().is(sign); });
        if (depth == 0 && wanted) {
            accept(";");
            return;
        }
        const Token token = next();
        if (token.is("{"))
            ++depth;
        else if (token.is("}") && depth > 0)
            --depth;
    }
}

std::string Cursor::shown() const {
    if (at_end())
        return "the end of the text";
    return peek().kind == Token::Kind::String ? std::string(peek().text) : quoted(peek().text);
}

}  // namespace xos::schema
