#pragma once

#include "base/object_id.h"
#include "schema/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace xos::schema {

/// Position of a field in its type, base fields first. The last three are computed, not stored.
using FieldIndex = std::uint16_t;
inline constexpr FieldIndex kIdField = 0xffff;
inline constexpr FieldIndex kReadyField = 0xfffe;
inline constexpr FieldIndex kLeafModelNameField = 0xfffd;

/// One dot of a path, with its name checked against the schema.
struct Step {
    enum class Kind : std::uint8_t {
        Field,     ///< A stored or computed field; a link when the path goes on.
        Relation,  ///< The reverse of a link, or a many-to-many through another type.
    };
    Kind kind = Kind::Field;
    TypeId type;              ///< The type that this step starts from.
    std::uint16_t index = 0;  ///< FieldIndex, or position in `Type::relations`.
};

/// Where a path starts.
enum class Root : std::uint8_t {
    Object,      ///< `obj`, or a bare name where bare names are fields of the object.
    Old,         ///< `ctx.old`: the object before the change.
    User,        ///< `ctx.user`; null when a service asks.
    Service,     ///< `ctx.service`; null when a user asks.
    ReadAccess,  ///< `ctx.read_access`, and likewise the next four; no steps follow.
    WriteAccess,
    Create,
    Delete,
    Field,  ///< `ctx.field`: the name of the field that is read or written, or null.
    /// The variable of a quantifier, counted from the outermost: 0, 1, … In `by` of a manifest 0 is
    /// the other object, and quantifiers count from 1.
    Variable,
};

struct Path {
    Root root = Root::Object;
    std::uint8_t variable = 0;
    std::vector<Step> steps;
    bool many = false;  ///< Whether it can have more than one value.
    std::string text;   ///< As written, for messages.
};

/// Names one policy as it reads for objects of one type: position in `Schema::policies`.
using PolicyId = std::uint32_t;
/// In place of a policy: all policies of the type that the object turns out to be.
inline constexpr PolicyId kOwnPolicies = 0xffffffff;

enum class Comparison : std::uint8_t {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In
};

/// A node of the syntax tree of an expression, with its names checked.
/// docs/reference/expressions.md has the grammar and what each operator means, null included.
struct Expression {
    enum class Kind : std::uint8_t {
        Literal,  ///< `literal`
        Path,     ///< `path`: true when set and not False, 0 or empty.
        Not,      ///< One operand.
        And,      ///< Two or more operands.
        Or,       ///< Two or more operands.
        Implies,  ///< Two operands.
        Compare,  ///< Two operands, each a Literal or a Path.
        Exists,   ///< One operand, with a variable more; over all objects of `quantified`.
        ForAll,   ///< As Exists.
        Policy,   ///< `policy`, or kOwnPolicies, applied to the object at `path`; false when null.
    };
    Kind kind = Kind::Literal;
    Comparison comparison = Comparison::Equal;
    std::vector<Expression> operands;
    Value literal;
    Path path;
    TypeId quantified;
    PolicyId policy = 0;
};

}  // namespace xos::schema
