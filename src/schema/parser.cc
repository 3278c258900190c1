#include "schema/parser.h"

#include "schema/expression_parser.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xos::schema {
namespace {

constexpr std::array<std::string_view, 9> kDeclarations = {
    "message", "policy", "option", "enum", "import", "package", "syntax", "extend", "service"};
constexpr std::array<std::pair<std::string_view, LinkKind>, 4> kLinkKinds = {
    {{"manytoone", LinkKind::ManyToOne},
     {"manytomany", LinkKind::ManyToMany},
     {"onetoone", LinkKind::OneToOne},
     {"onetomany", LinkKind::OneToMany}}};
constexpr std::array<std::string_view, 3> kModifiers = {"required", "optional", "repeated"};

class Parser {
public:
    Parser(const SourceText& source, const std::vector<Token>& tokens, Findings& findings)
        : cursor_(source, tokens, findings) {}

    FileSyntax run() {
        while (!cursor_.at_end())
            declaration();
        return std::move(file_);
    }

private:
    void declaration() {
        if (cursor_.accept(";"))
            return;
        if (cursor_.accept("message"))
            return message();
        if (cursor_.accept("policy"))
            return policy();
        if (cursor_.accept("option"))
            return statement_option(file_.options);
        if (cursor_.accept("enum"))
            return enumeration();
        if (cursor_.peek().is("extend") || cursor_.peek().is("service"))
            return skip_block();
        if (cursor_.peek().is("import") || cursor_.peek().is("package") ||
            cursor_.peek().is("syntax"))
            return cursor_.skip_to({";"});
        unknown_declaration();
    }

    void unknown_declaration() {
        const std::string_view word = cursor_.peek().text;
        if (cursor_.peek().kind == Token::Kind::Word)
            cursor_.complain("expected a declaration, found " + quoted(word) +
                             did_you_mean(word, kDeclarations));
        else
            cursor_.complain("expected \"message\", \"policy\" or \"option\", found " +
                             cursor_.shown());
        const std::size_t here = cursor_.position();
        skip_to_declaration();
        if (cursor_.position() == here)
            cursor_.next();
    }

    void skip_to_declaration() {
        cursor_.next();
        cursor_.skip_to({"message", "policy", "option", "enum"});
    }

    /// `extend Name { … }`
    void skip_block() {
        cursor_.next();
        cursor_.skip_to({"{"});
        skip_braces();
    }

    void skip_braces() {
        if (!cursor_.accept("{"))
            return;
        cursor_.skip_to({"}"});
        cursor_.accept("}");
    }

    /// Behind `policy`.
    void policy() {
        PolicySyntax policy;
        policy.name = cursor_.expect_word("the name of the policy");
        const Token open = cursor_.peek();
        if (policy.name.empty() || !cursor_.expect("<"))
            return skip_to_declaration();
        policy.expression = ExpressionParser(cursor_, ExpressionParser::Context::InPolicy).parse();
        const std::size_t start = open.at + 1;
        policy.text = cursor_.source().text.substr(start, cursor_.peek().at - start);
        if (!at_policy_end(cursor_)) {
            cursor_.complain("expected an operator or the \">\" that ends the policy, found " +
                             cursor_.shown());
            while (!cursor_.at_end() && !at_policy_end(cursor_))
                cursor_.next();
        }
        cursor_.accept(">");
        file_.policies.push_back(std::move(policy));
    }

    /// Behind `enum`.
    void enumeration() {
        EnumSyntax out;
        out.name = cursor_.expect_word("the name of the enum");
        if (!cursor_.expect("{"))
            return cursor_.skip_to({"}", ";"});
        while (!cursor_.at_end() && !cursor_.peek().is("}")) {
            const Word name = cursor_.word(cursor_.peek());
            if (cursor_.peek().kind == Token::Kind::Word && cursor_.peek(1).is("="))
                out.values.push_back(name);
            cursor_.skip_to({";", "}"});
        }
        cursor_.accept("}");
        file_.enums.push_back(std::move(out));
    }

    /// Behind `message`.
    void message() {
        MessageSyntax message;
        message.name = cursor_.expect_word("the name of the message");
        if (cursor_.accept("::"))
            message.policy = cursor_.expect_word("the name of a policy");
        if (cursor_.accept("("))
            bases(message);
        if (cursor_.expect("{")) {
            body(message);
            if (!cursor_.accept("}"))
                cursor_.findings().add(message.name.place,
                                       "message " + quoted(message.name.text) + " has no \"}\"");
        } else {
            cursor_.skip_to({"message", "policy", "}", ";"});
            cursor_.accept("}");
        }
        if (!message.name.empty())
            file_.messages.push_back(std::move(message));
    }

    void bases(MessageSyntax& message) {
        while (!cursor_.peek().is(")")) {
            const Word base = qualified("the name of a base message");
            if (base.empty())
                return cursor_.skip_to({"{", ";"});
            message.bases.push_back(base);
            if (!cursor_.accept(","))
                break;
        }
        cursor_.expect(")");
    }

    /// `Name` or `app.Name`; the text of the word is the whole.
    Word qualified(std::string_view what) {
        if (cursor_.peek().is(".") && cursor_.peek(1).kind == Token::Kind::Word)
            cursor_.next();  // `.package.Name` of protobuf.
        const std::size_t start = cursor_.peek().at;
        Word word = cursor_.expect_word(what);
        while (!word.empty() && cursor_.accept(".")) {
            const Word part = cursor_.expect_word("a name");
            const std::size_t end = part.place.at + part.text.size();
            word.text = cursor_.source().text.substr(start, end - start);
        }
        return word;
    }

    void body(MessageSyntax& message) {
        while (!cursor_.at_end() && !cursor_.peek().is("}")) {
            if (cursor_.accept(";"))
                continue;
            if (cursor_.peek().is("option") && cursor_.peek(1).kind == Token::Kind::Word &&
                (cursor_.peek(2).is("=") || cursor_.peek(2).is("."))) {
                cursor_.next();
                statement_option(message.options);
            } else if (!foreign_statement(message)) {
                field(message);
            }
        }
    }

    /// What only plain protobuf files have inside a message.
    bool foreign_statement(MessageSyntax& message) {
        const bool named = cursor_.peek(1).kind == Token::Kind::Word && cursor_.peek(2).is("{");
        if (cursor_.peek().is("enum") && named) {
            cursor_.next();
            enumeration();
        } else if (cursor_.peek().is("message") && named) {
            file_.nested.push_back(cursor_.word(cursor_.peek(1)));
            skip_block();
        } else if (cursor_.peek().is("oneof") && named && !in_oneof_) {
            for (int i = 0; i < 3; ++i)
                cursor_.next();
            in_oneof_ = true;
            body(message);
            in_oneof_ = false;
            cursor_.accept("}");
        } else if (cursor_.peek().is("extend") && (named || cursor_.peek(2).is("."))) {
            skip_block();
        } else if (cursor_.peek().is("extensions") || cursor_.peek().is("reserved")) {
            cursor_.skip_to({";", "}"});
        } else if (cursor_.peek().is("option") && cursor_.peek(1).is("(")) {
            cursor_.skip_to({";", "}"});
        } else {
            return false;
        }
        return true;
    }

    void field(MessageSyntax& message) {
        const bool modified = is_modifier(cursor_.peek());
        if (cursor_.peek(modified ? 1 : 0).is("group") &&
            cursor_.peek(modified ? 2 : 1).kind == Token::Kind::Word &&
            cursor_.peek(modified ? 3 : 2).is("="))
            return group(message);
        FieldSyntax field;
        if (!field_head(field) || !field_number(field) || !field_options(field))
            return cursor_.skip_to({";", "}"});
        message.fields.push_back(std::move(field));
        const bool goes_on = cursor_.peek().is("}") || is_modifier(cursor_.peek());
        if (!cursor_.expect(";") && !goes_on)
            cursor_.skip_to({";", "}"});
    }

    /// `optional group Name = 1 { … }`: a message and a field of it in one, kept as JSON.
    void group(MessageSyntax& message) {
        FieldSyntax field;
        if (!cursor_.peek().is("group"))
            modifier(field);
        field.type = {"json", cursor_.place()};
        cursor_.next();
        field.name = cursor_.word(cursor_.next());
        std::string& name = file_.names.emplace_back(field.name.text);
        for (char& c : name)
            c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        field.name.text = name;
        if (!field_number(field) || !field_options(field))
            return cursor_.skip_to({";", "}"});
        message.fields.push_back(std::move(field));
        skip_braces();
    }

    static bool is_modifier(const Token& token) {
        return std::find(kModifiers.begin(), kModifiers.end(), token.text) != kModifiers.end();
    }

    bool field_head(FieldSyntax& field) {
        if (cursor_.peek().kind != Token::Kind::Word) {
            cursor_.complain("expected a field, found " + cursor_.shown());
            cursor_.next();
            return false;
        }
        modifier(field);
        const auto kind = std::find_if(kLinkKinds.begin(), kLinkKinds.end(),
                                       [&](auto& entry) { return cursor_.peek().is(entry.first); });
        if (kind != kLinkKinds.end() && cursor_.peek(1).kind == Token::Kind::Word) {
            field.link = kind->second;
            cursor_.next();
            return link(field);
        }
        field.type = cursor_.peek().is("map") && cursor_.peek(1).is("<")
                         ? generic_map()
                         : qualified("the type of the field");
        if (field.type.empty())
            return false;
        if (cursor_.peek(1).is("->")) {
            std::vector<std::string_view> kinds;
            for (const auto& entry : kLinkKinds)
                kinds.push_back(entry.first);
            cursor_.findings().add(field.type.place, "there is no kind of link " +
                                                         quoted(field.type.text) +
                                                         did_you_mean(field.type.text, kinds));
            return false;
        }
        field.name = cursor_.expect_word("the name of the field");
        return !field.name.empty();
    }

    /// "required", "optional" or "repeated". A word that was meant to be one is reported, and the
    /// rest of the field is read all the same.
    void modifier(FieldSyntax& field) {
        const Token word = cursor_.peek();
        field.required = word.is("required");
        field.repeated = word.is("repeated");
        if (is_modifier(word)) {
            cursor_.next();
            return;
        }
        // Three words before "=" or two before "->" mean that the first stands for a modifier.
        const bool three =
            cursor_.peek(1).kind == Token::Kind::Word && cursor_.peek(2).kind == Token::Kind::Word;
        if (!three)
            return;
        cursor_.complain("expected \"required\" or \"optional\", found " + quoted(word.text) +
                         did_you_mean(word.text, kModifiers));
        cursor_.next();
    }

    /// `map<string, string>`; with anything else in it, it is kept as JSON.
    Word generic_map() {
        Word word = cursor_.word(cursor_.next());
        while (!cursor_.at_end() && !cursor_.accept(">")) {
            const Token token = cursor_.next();
            if (token.kind == Token::Kind::Word && !token.is("string"))
                word.text = "json";
        }
        return word;
    }

    /// `name->Target/Through:reverse`
    bool link(FieldSyntax& field) {
        field.name = cursor_.expect_word("the name of the link");
        if (field.name.empty() || !cursor_.expect("->"))
            return false;
        field.target = qualified("the type that the link goes to");
        if (field.target.empty())
            return false;
        if (cursor_.accept("/")) {
            field.through = qualified("the type between");
            if (field.through.empty())
                return false;
        }
        if (cursor_.accept(":")) {
            field.reverse = cursor_.expect_word("the name of the link's other side");
            return !field.reverse.empty();
        }
        return true;
    }

    /// `= 4` or `= 4:1004`
    bool field_number(FieldSyntax& field) {
        if (!cursor_.expect("="))
            return false;
        for (std::string_view* number : {&field.number, &field.reverse_number}) {
            if (cursor_.peek().kind != Token::Kind::Number) {
                cursor_.complain("expected the number of the field, found " + cursor_.shown());
                return false;
            }
            *number = cursor_.next().text;
            if (!cursor_.accept(":"))
                return true;
        }
        return true;
    }

    bool field_options(FieldSyntax& field) {
        if (!cursor_.accept("["))
            return true;
        while (!cursor_.peek().is("]")) {
            if (!option(field.options))
                return false;
            if (!cursor_.accept(","))
                break;
        }
        return cursor_.expect("]");
    }

    /// Behind `option`.
    void statement_option(std::vector<OptionSyntax>& options) {
        if (!option(options) || !cursor_.expect(";"))
            cursor_.skip_to({";", "}", "message", "policy"});
    }

    bool option(std::vector<OptionSyntax>& options) {
        OptionSyntax option;
        option.foreign = cursor_.accept("(");
        option.name = qualified("the name of an option");
        if (option.name.empty() || (option.foreign && !cursor_.expect(")")))
            return false;
        while (option.foreign && cursor_.accept("."))
            cursor_.next();
        if (!cursor_.expect("=") || !option_value(option.value))
            return false;
        options.push_back(std::move(option));
        return true;
    }

    bool option_value(OptionValue& value) {
        value.place = cursor_.place();
        const bool negative = cursor_.accept("-");
        const Token token = cursor_.peek();
        if (token.kind == Token::Kind::String && !negative) {
            value.kind = OptionValue::Kind::String;
            while (cursor_.peek().kind == Token::Kind::String)
                value.text += unescape(cursor_.next().text);
        } else if (token.kind == Token::Kind::Number) {
            value.kind = OptionValue::Kind::Number;
            value.text = (negative ? "-" : "") + std::string(cursor_.next().text);
        } else if (token.kind == Token::Kind::Word && !negative) {
            value.kind = OptionValue::Kind::Word;
            value.text = qualified("a value").text;
            if (cursor_.accept("("))
                return cursor_.expect(")");
        } else if (token.is("{")) {
            skip_braces();
        } else {
            cursor_.complain("expected a value, found " + cursor_.shown());
            return false;
        }
        return true;
    }

    Cursor cursor_;
    FileSyntax file_;
    bool in_oneof_ = false;
};

}  // namespace

FileSyntax parse_file(const SourceText& source, Findings& findings) {
    const std::vector<Token> tokens = lex(source, findings);
    return Parser(source, tokens, findings).run();
}

}  // namespace xos::schema
