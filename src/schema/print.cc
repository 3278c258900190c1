#include "schema/print.h"

#include "schema/parser.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace xos::schema {
namespace {

using Node = Expression::Kind;

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        switch (c) {
            case '"':
            case '\\': (out += '\\') += c; break;
            case '\n': out += "\\n"; break;
            case '\t': out += "\\t"; break;
            case '\r': out += "\\r"; break;
            default: out += c;
        }
    }
    return out + "\"";
}

std::string dotted(const std::vector<Word>& words) {
    std::string out;
    for (const Word& word : words)
        out += (out.empty() ? "" : ".") + std::string(word.text);
    return out;
}

std::string literal(const Value& value) {
    if (const auto* truth = std::get_if<bool>(&value))
        return *truth ? "True" : "False";
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        return std::to_string(*whole);
    if (const auto* text = std::get_if<std::string>(&value))
        return in_quotes(*text);
    const auto* real = std::get_if<double>(&value);
    if (real == nullptr)
        return "null";
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *real).ptr;
    std::string out(digits.data(), end);
    // A whole double keeps its form as a double.
    return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

/// How tightly a node binds; what binds looser than its place asks for gets parentheses.
int tightness(const ExpressionSyntax& node) {
    switch (node.kind) {
        case Node::Exists:
        case Node::ForAll: return 0;  // Reaches as far to the right as it can.
        case Node::Implies: return 1;
        case Node::Or: return 2;
        case Node::And: return 3;
        case Node::Compare: return 4;
        case Node::Not: return 5;
        default: return 6;
    }
}

std::string inside(const ExpressionSyntax& node, int at_least) {
    const std::string text = print(node);
    return tightness(node) < at_least ? "(" + text + ")" : text;
}

std::string chain(const ExpressionSyntax& node, std::string_view sign) {
    std::string out;
    for (const ExpressionSyntax& operand : node.operands) {
        if (!out.empty())
            out += sign;
        out += inside(operand, tightness(node) + 1);
    }
    return out;
}

std::string_view sign_of(Comparison comparison) {
    static constexpr std::array<std::string_view, 7> kSigns = {
        " = ", " != ", " < ", " <= ", " > ", " >= ", " in "};
    return kSigns[static_cast<std::size_t>(comparison)];
}

std::string print_value(const OptionValue& value) {
    return value.kind == OptionValue::Kind::String ? in_quotes(value.text) : value.text;
}

/// Options whose values are kept: those of other compilers are not.
bool is_kept(const OptionSyntax& option) {
    return !option.foreign && option.value.kind != OptionValue::Kind::Other;
}

void print_options(const std::vector<OptionSyntax>& options, std::string_view indent,
                   std::string& out) {
    for (const OptionSyntax& option : options) {
        if (is_kept(option))
            out += std::string(indent) + "option " + std::string(option.name.text) + " = " +
                   print_value(option.value) + ";\n";
    }
}

std::string print_link(const FieldSyntax& field) {
    static constexpr std::array<std::string_view, 5> kKinds = {"", "manytoone ", "manytomany ",
                                                               "onetoone ", "onetomany "};
    std::string out(kKinds[static_cast<std::size_t>(field.link)]);
    (out += field.name.text) += "->";
    out += field.target.text;
    if (!field.through.empty())
        (out += "/") += field.through.text;
    if (!field.reverse.empty())
        (out += ":") += field.reverse.text;
    return out;
}

/// Messages inside messages are not printed: what is of their type is JSON.
std::string_view type_of(const FieldSyntax& field, const FileSyntax& file) {
    const std::string_view last = field.type.text.substr(field.type.text.rfind('.') + 1);
    const bool nested = std::any_of(file.nested.begin(), file.nested.end(),
                                    [&](const Word& word) { return word.text == last; });
    return nested ? "json" : last;
}

std::string print_field(const FieldSyntax& field, const FileSyntax& file) {
    std::string out = field.repeated ? "repeated " : field.required ? "required " : "optional ";
    if (field.link != LinkKind::None)
        out += print_link(field);
    else
        out += std::string(type_of(field, file)) + " " + std::string(field.name.text);
    (out += " = ") += field.number;
    if (!field.reverse_number.empty())
        (out += ":") += field.reverse_number;
    std::string options;
    for (const OptionSyntax& option : field.options) {
        if (is_kept(option))
            options += (options.empty() ? "" : ", ") + std::string(option.name.text) + " = " +
                       print_value(option.value);
    }
    if (!options.empty())
        out += " [" + options + "]";
    return out + ";";
}

std::string print_message(const MessageSyntax& message, const FileSyntax& file) {
    std::string out = "message " + std::string(message.name.text);
    if (!message.policy.empty())
        (out += "::") += message.policy.text;
    std::string bases;
    for (const Word& base : message.bases)
        bases += (bases.empty() ? "" : ", ") + std::string(base.text);
    if (!bases.empty())
        out += " (" + bases + ")";
    out += " {\n";
    print_options(message.options, "    ", out);
    for (const FieldSyntax& field : message.fields)
        out += "    " + print_field(field, file) + "\n";
    return out + "}\n";
}

std::string print_enum(const EnumSyntax& entry) {
    std::string out = "enum " + std::string(entry.name.text) + " {\n";
    int number = 0;
    for (const Word& value : entry.values)
        out += "    " + std::string(value.text) + " = " + std::to_string(number++) + ";\n";
    return out + "}\n";
}

}  // namespace

std::string print(const ExpressionSyntax& node) {
    switch (node.kind) {
        case Node::Literal: return literal(node.literal);
        case Node::Path: return dotted(node.path);
        case Node::Not: return "not " + inside(node.operands[0], 5);
        case Node::And: return chain(node, " & ");
        case Node::Or: return chain(node, " | ");
        case Node::Implies:
            return inside(node.operands[0], 2) + " -> " + inside(node.operands[1], 1);
        case Node::Compare:
            return inside(node.operands[0], 6) + std::string(sign_of(node.comparison)) +
                   inside(node.operands[1], 6);
        case Node::Exists:
        case Node::ForAll:
            return (node.kind == Node::Exists ? "exists " : "forall ") + dotted(node.quantified) +
                   (node.variable.empty() ? "" : " as " + std::string(node.variable.text)) + ": " +
                   inside(node.operands[0], 0);
        case Node::Policy:
            return "*" + std::string(node.policy.text) + "(" + dotted(node.path) + ")";
    }
    return "";
}

std::variant<std::string, Problems> print(const Source& source) {
    Findings findings;
    const SourceText text{source.file, source.text};
    const FileSyntax file = parse_file(text, findings);
    if (!findings.empty())
        return findings.take();
    std::string out;
    print_options(file.options, "", out);
    for (const EnumSyntax& entry : file.enums)
        out += print_enum(entry);
    for (const PolicySyntax& policy : file.policies)
        out +=
            "policy " + std::string(policy.name.text) + " < " + print(policy.expression) + " >\n";
    for (const MessageSyntax& message : file.messages)
        out += print_message(message, file);
    return out;
}

}  // namespace xos::schema
