#pragma once

#include "kernel/transaction.h"
#include "model/view.h"
#include "recipe/document.h"
#include "schema/problem.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xos::recipe {

/// What a recipe means for one of its templates.
struct Item {
    enum class Action : std::uint8_t { Create, Update, Keep, Delete };
    std::string name;  ///< Of the template.
    std::string type;  ///< "core.Slice"
    std::string key;   ///< The natural key of its object: "mysite_app", "mysite_app/web".
    Action action = Action::Keep;
    ObjectId id;                           ///< Of an object that is there already.
    std::optional<std::size_t> operation;  ///< Its operation in the transaction, unless it is kept.
};

std::string_view to_string(Item::Action action);

/// Where an operation is written, for what is wrong with it.
struct Origin {
    Yaml::Place place;                          ///< Of its template.
    std::map<std::string, Yaml::Place> fields;  ///< Of properties and links, by both names.
};

/// A recipe ready to be committed, or planned, as one transaction.
struct Compiled {
    std::vector<Item> items;  ///< In the order in which objects depend on each other.
    std::vector<kernel::Operation> operations;
    std::vector<Origin> origins;  ///< One an operation.
};

using Outcome = std::variant<Compiled, schema::Problems>;

/// Recipes for one version of the model as one user sees it.
struct Surroundings {
    model::View view;
    /// Whether the user may read an object; what one may not read does not exist.
    std::function<bool(const model::Row&)> is_visible;
};

/// What has to be done so that the objects of the recipe are as it says, or all its mistakes, each
/// with its place. Objects are found by their natural keys; those that are not there are made.
Outcome compile_apply(std::string_view file, std::string_view text, const Surroundings& around);

/// What has to be done so that the objects of the recipe are gone, those that others depend on
/// last. Templates that mention must-exist stay, as do objects that are not there.
Outcome compile_destroy(std::string_view file, std::string_view text, const Surroundings& around);

/// What the kernel says of the operations of a recipe, at the places in its text. Details of other
/// objects, which rules made, have no place.
schema::Problems locate(const Error& error, const std::vector<Origin>& origins,
                        std::string_view file, std::string_view text);

}  // namespace xos::recipe
