#include "shell/commands.h"

#include "base/text.h"
#include "shell/instance_commands.h"
#include "shell/object_commands.h"
#include "shell/recipe_commands.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

namespace xos::shell {

namespace {

using Action = std::function<Result<void>(Session&)>;

/// Everything that can stand on a command line, and what it then means.
struct CommandLine {
    CLI::App app{"The shell of XOS", "xos"};
    Format format = Format::Table;
    ObjectArguments object;
    RecipeArguments recipe;
    ImageArguments image;
    LoginArguments login;
    std::string instance;
    std::vector<std::string> words;
    std::vector<std::pair<CLI::App*, Action>> actions;
    CLI::App* login_command = nullptr;

    CommandLine() {
        app.require_subcommand(1);
        app.fallthrough();
        const std::map<std::string, Format> formats = {
            {"table", Format::Table}, {"json", Format::Json}, {"yaml", Format::Yaml}};
        app.add_option("-o,--output", format, "table, json or yaml")
            ->transform(CLI::CheckedTransformer(formats).description("table, json or yaml"));
        add_login();
        add_reading();
        add_writing();
        add_recipes();
        add_instances();
    }

    CLI::App* add(const std::string& name, const std::string& help, Action action) {
        CLI::App* command = app.add_subcommand(name, help);
        actions.emplace_back(command, std::move(action));
        return command;
    }

    void add_login() {
        login.email = "admin@xos.local";
        login_command = app.add_subcommand("login", "log in and remember it");
        login_command->add_option("url", login.url, "such as http://127.0.0.1:9101")->required();
        login_command->add_option("--email", login.email, "who logs in")->capture_default_str();
        login_command->add_option("--password-file", login.password_file,
                                  "file with the password; else it is asked for");
        login_command->add_option("--tls-ca", login.tls_ca, "PEM file of a certificate to trust");
    }

    void add_reading() {
        auto* ls = add("ls", "list objects: xos ls slice site=mysite",
                       [this](Session& session) { return list_objects(session, object); });
        ls->add_option("type", object.type, "such as slice")->required();
        ls->add_option("filters", object.assignments, "FIELD=VALUE, also FIELD__OPERATOR=VALUE");
        ls->add_option("--order", object.order, "fields, with - for falling order");
        ls->add_option("--columns", object.columns, "fields to show");
        ls->add_option("--limit", object.limit, "most objects")->capture_default_str();
        auto* get = add("get", "show one object: xos get slice mysite_app",
                        [this](Session& session) { return get_object(session, object); });
        get->add_option("type", object.type)->required();
        get->add_option("name", object.key, "natural key, or number")->required();
        auto* watch = add("watch", "show changes as they happen",
                          [this](Session& session) { return watch_objects(session, object); });
        watch->add_option("type", object.type, "only of this type");
        auto* why_command = add("why", "why an object is not ready", [this](Session& session) {
            return why(session, object.type, object.key);
        });
        why_command->add_option("type", object.type)->required();
        why_command->add_option("name", object.key)->required();
        add("status", "services, and objects that are not ready",
            [](Session& session) { return status(session); });
    }

    void add_writing() {
        auto* create = add("create", "make an object: xos create slice name=mysite_lab site=mysite",
                           [this](Session& session) { return create_object(session, object); });
        create->add_option("type", object.type)->required();
        create->add_option("fields", object.assignments,
                           "FIELD=VALUE; links by name, sets with commas, @FILE for a file's text");
        auto* set = add("set", "change an object: xos set slice mysite_lab description=…",
                        [this](Session& session) { return set_object(session, object); });
        set->add_option("type", object.type)->required();
        set->add_option("name", object.key)->required();
        set->add_option("fields", object.assignments, "FIELD=VALUE; FIELD= for none")->required();
        auto* rm = add("rm", "delete an object",
                       [this](Session& session) { return remove_object(session, object); });
        rm->add_option("type", object.type)->required();
        rm->add_option("name", object.key)->required();
        rm->add_flag("--cascade", object.cascade, "and what is in its way");
        for (CLI::App* command : {create, set, rm}) {
            command->add_flag("--plan", object.plan, "only say what would change");
            command->add_flag("-w,--wait", object.wait, "until it is real, or gone");
        }
    }

    void add_recipes() {
        auto* apply = add("apply", "make the objects of a recipe as it says",
                          [this](Session& session) { return apply_recipe(session, recipe); });
        auto* destroy = add("destroy", "delete the objects of a recipe",
                            [this](Session& session) { return destroy_recipe(session, recipe); });
        apply->add_flag("--plan", recipe.plan, "only say what would change");
        for (CLI::App* command : {apply, destroy}) {
            command->add_option("file", recipe.file, "a TOSCA file")->required();
            command->add_flag("--no-wait", recipe.no_wait, "do not wait until all is real");
            command->add_option("--timeout", recipe.timeout_seconds, "seconds to wait")
                ->capture_default_str();
        }
    }

    void add_instances() {
        auto* ssh =
            add("ssh", "sign in to an instance: xos ssh mysite_web/mysite_web-1",
                [this](Session& session) { return ssh_instance(session, instance, words); });
        auto* exec =
            add("exec", "run a command in an instance: xos exec INSTANCE -- ip addr",
                [this](Session& session) { return ssh_instance(session, instance, words); });
        ssh->add_option("instance", instance)->required();
        ssh->add_option("command", words, "what to run there");
        exec->add_option("instance", instance)->required();
        exec->add_option("command", words, "what to run there")->required();
        auto* images = app.add_subcommand("image", "images");
        images->require_subcommand(1);
        auto* add_command = images->add_subcommand("add", "upload a root file system as an image");
        actions.emplace_back(add_command,
                             [this](Session& session) { return add_image(session, image); });
        add_command->add_option("name", image.name)->required();
        add_command->add_option("file", image.file, "a tar archive, also compressed")->required();
        add_command->add_option("--tag", image.tag, "version");
        add_command->add_option("--deployment", image.deployments, "offer it there");
    }

    std::vector<std::string> command_names() const {
        std::vector<std::string> names;
        for (const CLI::App* known : app.get_subcommands([](const CLI::App*) { return true; }))
            names.push_back(known->get_name());
        return names;
    }

    Result<void> act() {
        if (*login_command)
            return shell::login(login);
        for (const auto& [command, action] : actions) {
            if (!*command)
                continue;
            Session session = TRY(Session::open(format));
            return action(session);
        }
        return {};
    }
};

/// Says so when the first word is no command.
bool is_command(const CommandLine& line, const std::string& word) {
    const auto names = line.command_names();
    if (std::find(names.begin(), names.end(), word) != names.end())
        return true;
    const auto meant = closest(word, names);
    std::fprintf(
        stderr, "xos: there is no command \"%s\"%s\n", word.c_str(),
        meant ? (", did you mean \"" + *meant + "\"?").c_str() : "; xos --help lists them");
    return false;
}

void say(const Error& error) {
    std::fprintf(stderr, "xos: %s\n", error.message().c_str());
    const bool is_all = error.details().size() == 1 &&
                        error.message().find(error.details()[0].message) != std::string::npos;
    if (is_all)
        return;
    for (const ErrorDetail& detail : error.details())
        std::fprintf(stderr, "  %s: %s\n", detail.field.c_str(), detail.message.c_str());
}

}  // namespace

int run(int count, const char* const* arguments) {
    CommandLine line;
    if (count > 1 && arguments[1][0] != '-' && !is_command(line, arguments[1]))
        return 2;
    try {
        line.app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        const int code = line.app.exit(error);
        return code == 0 ? 0 : 2;
    }
    if (auto done = line.act(); !done) {
        say(done.error());
        return 1;
    }
    return 0;
}

}  // namespace xos::shell
