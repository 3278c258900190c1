#pragma once

#include "schema/expression.h"
#include "schema/source_text.h"
#include "schema/value.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::schema {

/// A node of an expression as written, names not yet looked up.
struct ExpressionSyntax {
    Expression::Kind kind = Expression::Kind::Literal;
    Place place;
    Comparison comparison = Comparison::Equal;
    std::vector<ExpressionSyntax> operands;
    Value literal;
    std::vector<Word> path;        ///< Of a Path; of a Policy, what it is applied to.
    std::vector<Word> quantified;  ///< Of a quantifier: the type, as in "core.Slice".
    Word variable;                 ///< Behind `as`; empty for the name of the type.
    Word policy;                   ///< Of a Policy; empty in `*(path)`.
};

/// `policy name < expression >`
struct PolicySyntax {
    Word name;
    ExpressionSyntax expression;
    std::string_view text;
};

/// The value of an option.
struct OptionValue {
    enum class Kind : std::uint8_t { Word, Number, String, Other };
    Kind kind = Kind::Other;
    Place place;
    std::string text;  ///< Without quotes.
};

/// `name = value`
struct OptionSyntax {
    Word name;
    OptionValue value;
    bool foreign = false;  ///< `(name) = value`: an extension of somebody else's.
};

enum class LinkKind : std::uint8_t { None, ManyToOne, ManyToMany, OneToOne, OneToMany };

/// `required manytoone site->Site/Through:slices = 4:1004 [options];` or a scalar field.
struct FieldSyntax {
    bool required = false;
    bool repeated = false;
    LinkKind link = LinkKind::None;
    Word type;  ///< Of a scalar.
    Word name;
    Word target, through, reverse;  ///< Of a link; types as "Site" or "core.Site".
    std::string_view number, reverse_number;
    std::vector<OptionSyntax> options;
};

/// `message Name::policy (Base1, Base2) { … }`
struct MessageSyntax {
    Word name;
    Word policy;
    std::vector<Word> bases;
    std::vector<OptionSyntax> options;
    std::vector<FieldSyntax> fields;
};

/// `enum Name { … }`
struct EnumSyntax {
    Word name;
    std::vector<Word> values;
};

/// All of one text.
struct FileSyntax {
    std::vector<OptionSyntax> options;
    std::vector<MessageSyntax> messages;
    std::vector<PolicySyntax> policies;
    std::vector<EnumSyntax> enums;
    std::vector<Word> nested;       ///< Names of messages inside messages.
    std::deque<std::string> names;  ///< What words name that is not in the text as it stands.
};

}  // namespace xos::schema
