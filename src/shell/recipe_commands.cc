#include "shell/recipe_commands.h"

#include "base/file.h"
#include "shell/progress.h"

#include <set>

namespace xos::shell {

namespace {

/// How often what a recipe destroys is planned anew because the model has changed meanwhile.
constexpr int kMostAttempts = 5;

/// Runs the recipe on the server; the file's name goes along for its mistakes.
Result<Json> run(Session& session, std::string_view verb, const RecipeArguments& arguments,
                 std::string if_plan) {
    const std::string text = TRY(read_file(arguments.file));
    client::WriteOptions options;
    if (arguments.plan)
        options.mode = client::WriteOptions::Mode::Plan;
    options.if_plan = std::move(if_plan);
    return session.api->run_recipe(verb, text, std::move(options), arguments.file);
}

std::vector<Json> list_of(const Json& answer, std::string_view name) {
    const Json* list = answer.find(name);
    return list && list->as_array() ? *list->as_array() : Json::Array{};
}

std::string short_type(std::string_view type) {
    return std::string(type.substr(type.find('.') + 1));
}

/// Of an object of a plan.
std::string name_of(const Json& change) {
    const std::string name(change.text("name"));
    return name.empty() ? std::to_string(change.number("id")) : name;
}

/// What is done to the recipe's objects, and to others that go with them: changes of a plan.
void show_items(const Json& answer, const std::vector<Json>& others, std::string_view kept_are) {
    Table table({"ACTION", "TYPE", "NAME"});
    std::int64_t kept = 0;
    for (const Json& item : list_of(answer, "items")) {
        if (item.text("action") == "keep")
            ++kept;
        else
            table.add({std::string(item.text("action")), short_type(item.text("type")),
                       std::string(item.text("key"))});
    }
    for (const Json& other : others)
        table.add({"delete too", short_type(other.text("type")), name_of(other)});
    if (!table.empty())
        print(table.format());
    if (kept > 0)
        print(std::to_string(kept) + (kept == 1 ? " object " : " objects ") +
              (kept == 1 ? "is " : "are ") + std::string(kept_are) + "\n");
}

/// What goes because the recipe's objects go, which the recipe does not name.
std::vector<Json> others_that_go(const Json& plan) {
    std::vector<Json> others;
    for (const Json& change : list_of(plan, "changes")) {
        const Json* asked = change.find("asked");
        const bool is_asked = asked && asked->as_bool() && *asked->as_bool();
        if (change.text("change") == "delete" && !is_asked)
            others.push_back(change);
    }
    return others;
}

std::set<std::int64_t> ids_of(const Json& answer) {
    std::set<std::int64_t> ids;
    for (const Json& item : list_of(answer, "items")) {
        if (item.number("id") > 0)
            ids.insert(item.number("id"));
    }
    return ids;
}

}  // namespace

Result<void> apply_recipe(Session& session, const RecipeArguments& arguments) {
    const Json answer = TRY(run(session, "apply", arguments, {}));
    const bool is_table = session.format == Format::Table;
    if (is_table)
        show_items(answer, {}, "as the recipe says");
    if (arguments.plan) {
        show_plan(session, answer);
        return {};
    }
    if (!is_table)
        show_json(session, answer);
    if (arguments.no_wait)
        return {};
    Expected expected{.since = Revision{static_cast<std::uint64_t>(answer.number("revision"))},
                      .ids = ids_of(answer),
                      .patience = Duration{arguments.timeout_seconds * 1000}};
    const Json* changed = answer.find("changed");
    if (changed && changed->as_bool() && !*changed->as_bool())
        expected.since =
            Revision{~std::uint64_t{0} >> 1};  // Nothing was set off: only its own count.
    TRY(wait_until_real(session, expected));
    if (is_table)
        print("all is ready\n");
    return {};
}

namespace {

struct Destroyed {
    Json answer;
    std::vector<Json> others;  ///< What goes along.
};

/// Destroys what the plan of it says and nothing else.
Result<Destroyed> destroy_as_planned(Session& session, const RecipeArguments& arguments) {
    RecipeArguments asks = arguments;
    asks.plan = true;
    for (int attempt = 1;; ++attempt) {
        const Json plan = TRY(run(session, "destroy", asks, {}));
        auto answer = run(session, "destroy", arguments, std::string(plan.text("plan")));
        if (answer)
            return Destroyed{std::move(answer).value(), others_that_go(plan)};
        // Back-ends report at any time, and what they report counts.
        if (answer.error().code() != ErrorCode::Stale || attempt == kMostAttempts)
            return answer.error();
    }
}

}  // namespace

Result<void> destroy_recipe(Session& session, const RecipeArguments& arguments) {
    const bool is_table = session.format == Format::Table;
    if (arguments.plan) {
        const Json plan = TRY(run(session, "destroy", arguments, {}));
        if (is_table)
            show_items(plan, others_that_go(plan), "kept: must-exist");
        else
            show_json(session, plan);
        return {};
    }
    Destroyed done = TRY(destroy_as_planned(session, arguments));
    if (is_table) {
        show_items(done.answer, done.others, "kept: must-exist");
    } else {
        done.answer.set("others", done.others);
        show_json(session, done.answer);
    }
    if (arguments.no_wait)
        return {};
    std::set<std::int64_t> going;
    for (const Json& item : list_of(done.answer, "items")) {
        if (item.text("action") == "delete")
            going.insert(item.number("id"));
    }
    for (const Json& other : done.others)
        going.insert(other.number("id"));
    if (!going.empty())
        TRY(wait_until_gone(session, going, Duration{arguments.timeout_seconds * 1000}));
    if (is_table)
        print("all is gone\n");
    return {};
}

}  // namespace xos::shell
