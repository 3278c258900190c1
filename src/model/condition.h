#pragma once

#include "base/regex.h"
#include "base/result.h"
#include "model/view.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::model {

/// What an asker may see: objects and fields out of sight are as if they were not there. An empty
/// function lets all be seen. A field without a read policy of its own is seen with its object:
/// `field` need not be asked for it.
struct Sight {
    std::function<bool(const Row&)> object;
    std::function<bool(const Row&, FieldIndex)> field;

    bool sees(const Row& row) const { return !object || object(row); }
    bool sees(const Row& row, FieldIndex at) const { return !field || field(row, at); }
};

/// One test of a query: what the value at the end of a path has to be. Where the path has several
/// ends, one that fits is enough; one without an end ends in a null, which fits IsNull alone.
struct Condition {
    enum class Operator : std::uint8_t {
        Exact,
        IExact,
        Contains,
        IContains,
        StartsWith,
        Regex,
        IRegex,
        In,
        Gt,
        Gte,
        Lt,
        Lte,
        IsNull,
    };
    std::vector<schema::Step> path;  ///< At least one; the last is a field.
    Operator op = Operator::Exact;
    bool negated = false;
    std::string member;  ///< The path ends in a map: the member meant, or "" for its whole text.
    std::vector<Value> values;           ///< One; any number for In; a truth value for IsNull.
    std::optional<xos::Regex> compiled;  ///< For Regex and IRegex.
    std::string text;                    ///< As written: "site__name=mysite".
};

/// The condition that a parameter of a URL stands for: `name` is a path with "__" in place of dots,
/// with "not__" in front where it is negated, and an operator behind where it is not equality:
/// "not__site__login_base__in". Behind a map stands the name of a member: "metadata__color".
/// Invalid, with a suggestion, when the type has no such path, and when `value` is none for its
/// end.
Result<Condition> parse_condition(const schema::Schema& schema, TypeId type, std::string_view name,
                                  std::string_view value);

/// The steps of `names` from `type` on; the last is a field, or Invalid says what would be right.
Result<std::vector<schema::Step>> parse_path(const schema::Schema& schema, TypeId type,
                                             const std::vector<std::string_view>& names);

/// Whether what `row` has in its field `at` passes, negation aside.
bool field_fits(View view, const Row& row, const Condition& condition, FieldIndex at);

/// Whether `text`, which is no null, passes, negation aside.
bool text_fits(const Condition& condition, std::string_view text);

/// Whether `row` passes. Letters are compared without case in ASCII only.
bool matches(View view, const Row& row, const Condition& condition, const Sight& sight = {});

}  // namespace xos::model
