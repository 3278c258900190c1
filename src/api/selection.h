#pragma once

#include "api/reader.h"
#include "schema/expression.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace xos::api {

/// An expression of a user (`q=`) that selects objects of one type. Immutable.
///
/// Users who do not see everything get only what they could work out themselves: an object whose
/// answer depends on something out of their sight is not selected, and quantifiers are refused.
class Selection {
public:
    /// Invalid, with all mistakes under the name "q", when `text` is no expression over `type`.
    static Result<std::shared_ptr<const Selection>> parse(const schema::Schema& schema,
                                                          const schema::Type& type,
                                                          std::string_view text);

    /// PermissionDenied when it asks for what only those may ask who see everything.
    Result<void> check(const Reader& reader) const;
    bool selects(const Reader& reader, const model::Row& row) const;

    const std::vector<const schema::Path*>& paths() const { return paths_; }
    const schema::Expression& expression() const { return expression_; }
    /// Comparisons with constants that each selected object passes, for who has indexes.
    const std::vector<model::Condition>& hints() const { return hints_; }
    /// Whether it ranges over other objects than those at the end of its paths.
    bool has_quantifier() const { return has_quantifier_; }

private:
    explicit Selection(schema::Expression expression);
    bool is_in_sight(const Reader& reader, const model::Row& row, const schema::Path& path) const;

    const schema::Expression expression_;
    std::vector<const schema::Path*> paths_;
    std::vector<model::Condition> hints_;
    bool has_quantifier_ = false;
    bool asks_rules_ = false;  // Some field on a path has a rule of its own.
};

}  // namespace xos::api
