#include "shell/recipe_commands.h"

#include "base/file.h"
#include "base/text.h"
#include "shell/progress.h"

#include <set>

namespace xos::shell {

namespace {

/// Runs the recipe on the server; the file's name goes along for its mistakes.
Result<Json> run(Session& session, std::string_view verb, const RecipeArguments& arguments) {
    const std::string text = TRY(read_file(arguments.file));
    client::WriteOptions options;
    if (arguments.plan)
        options.mode = client::WriteOptions::Mode::Plan;
    return session.api->run_recipe(verb, text, std::move(options), arguments.file);
}

void show_items(const Session& session, const Json& answer) {
    if (session.format != Format::Table) {
        print(session.format == Format::Json ? answer.format_pretty() + "\n" : to_yaml(answer));
        return;
    }
    Table table({"ACTION", "TYPE", "NAME"});
    const Json* items = answer.find("items");
    std::int64_t kept = 0;
    for (const Json& item : items && items->as_array() ? *items->as_array() : Json::Array{}) {
        if (item.text("action") == "keep") {
            ++kept;
            continue;
        }
        const std::string_view type = item.text("type");
        table.add({std::string(item.text("action")), std::string(type.substr(type.find('.') + 1)),
                   std::string(item.text("key"))});
    }
    if (!table.empty())
        print(table.format());
    if (kept > 0)
        print(std::to_string(kept) + (kept == 1 ? " object is" : " objects are") +
              " as the recipe says\n");
}

std::set<std::int64_t> ids_of(const Json& answer) {
    std::set<std::int64_t> ids;
    const Json* items = answer.find("items");
    for (const Json& item : items && items->as_array() ? *items->as_array() : Json::Array{}) {
        if (item.number("id") > 0)
            ids.insert(item.number("id"));
    }
    return ids;
}

}  // namespace

Result<void> apply_recipe(Session& session, const RecipeArguments& arguments) {
    const Json answer = TRY(run(session, "apply", arguments));
    if (arguments.plan) {
        show_items(session, answer);
        if (session.format == Format::Table)
            show_plan(session, answer);
        return {};
    }
    show_items(session, answer);
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
    print("all is ready\n");
    return {};
}

Result<void> destroy_recipe(Session& session, const RecipeArguments& arguments) {
    const Json answer = TRY(run(session, "destroy", arguments));
    show_items(session, answer);
    if (arguments.plan || arguments.no_wait)
        return {};
    std::set<std::int64_t> going;
    const Json* items = answer.find("items");
    for (const Json& item : items && items->as_array() ? *items->as_array() : Json::Array{}) {
        if (item.text("action") == "delete")
            going.insert(item.number("id"));
    }
    if (!going.empty())
        TRY(wait_until_gone(session, going, Duration{arguments.timeout_seconds * 1000}));
    print("all is gone\n");
    return {};
}

}  // namespace xos::shell
