#pragma once

#include "schema/source_text.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace xos::schema {

/// A word, number, string or sign of xproto and of expressions.
struct Token {
    enum class Kind : std::uint8_t { Word, Number, String, Sign, End };
    Kind kind = Kind::End;
    std::uint32_t at = 0;
    std::string_view text;  ///< As written; of a String with its quotes.

    /// Whether it is this word or sign.
    bool is(std::string_view what) const {
        return (kind == Kind::Word || kind == Kind::Sign) && text == what;
    }
};

/// What the text of a String token means: without quotes, escapes replaced.
std::string unescape(std::string_view literal);

/// All tokens of a text; the last is End. What is no token is left out and reported.
std::vector<Token> lex(const SourceText& source, Findings& findings);

/// Walks along the tokens of one text. The tokens must outlive it.
class Cursor {
public:
    Cursor(const SourceText& source, const std::vector<Token>& tokens, Findings& findings)
        : source_(source), tokens_(tokens), findings_(findings) {}

    /// The token `ahead` places from here; End behind the last.
    const Token& peek(std::size_t ahead = 0) const;
    bool at_end() const { return peek().kind == Token::Kind::End; }
    Token next();
    bool accept(std::string_view what);
    /// As accept; reports that `what` is missing when it is.
    bool expect(std::string_view what);
    /// The next token when it is a word; otherwise reports that a `what` is missing.
    Word expect_word(std::string_view what);
    /// Goes on to the first token at this depth of braces that is one of `signs`, behind it when it
    /// is ";", or to the end of the text.
    void skip_to(std::initializer_list<std::string_view> signs);

    std::size_t position() const { return position_; }
    Place place() const { return place(peek()); }
    Place place(const Token& token) const { return {&source_, token.at}; }
    Word word(const Token& token) const { return {token.text, place(token)}; }
    const SourceText& source() const { return source_; }
    Findings& findings() const { return findings_; }
    /// Reports `message` at the next token.
    void complain(std::string message) { findings_.add(place(), std::move(message)); }
    /// The next token for a message: `"x"`, or `the end of the text`.
    std::string shown() const;

private:
    const SourceText& source_;
    const std::vector<Token>& tokens_;
    Findings& findings_;
    std::size_t position_ = 0;
};

}  // namespace xos::schema
