#pragma once

#include "model/row.h"
#include "recipe/document.h"
#include "schema/schema.h"

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace xos::recipe {

/// A template whose names were found in the schema and in the recipe.
struct BoundTemplate {
    /// A link of it to another template.
    struct Link {
        model::FieldIndex field = 0;
        std::size_t target = 0;
    };
    const NodeTemplate* source = nullptr;
    const schema::Type* type = nullptr;
    model::FieldValues values;  ///< From properties.
    std::map<model::FieldIndex, Yaml::Place> places;
    std::vector<Link> links;
};

/// Finds types, fields and targets of all templates. What is not found, or does not fit, goes to
/// `mistakes`; a template without a type is left out of the links of others.
std::vector<BoundTemplate> bind(const Document& document, const schema::Schema& schema,
                                Mistakes& mistakes);

/// The templates so that each comes after those it links to. A cycle goes to `mistakes`.
std::vector<std::size_t> in_order(const std::vector<BoundTemplate>& templates, Mistakes& mistakes);

}  // namespace xos::recipe
