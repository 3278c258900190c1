#include "shell/commands.h"

#include "base/text.h"
#include "shell/account_commands.h"
#include "shell/image_commands.h"
#include "shell/instance_commands.h"
#include "shell/object_commands.h"
#include "shell/recipe_commands.h"
#include "shell/state_commands.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iterator>

namespace xos::shell {

namespace {

using Action = std::function<Result<void>(Session&)>;

constexpr const char* kVersion = "xos 0.1.0, for API v1";
constexpr const char* kTypeHelp = "such as slice; xos types lists them";
constexpr const char* kNameHelp = "as the NAME column shows it, or the number";
constexpr std::int64_t kLongestWait = 86'400;

CLI::Validator one_of(std::vector<std::string> words) {
    const auto check = [words = std::move(words)](const std::string& given) {
        if (std::find(words.begin(), words.end(), given) != words.end())
            return std::string();
        const auto meant = closest(given, words);
        return "\"" + given + "\" is none of " + join(words, ", ") +
               (meant ? ", did you mean \"" + *meant + "\"?" : "");
    };
    return CLI::Validator(check, "");
}

CLI::Validator number(std::int64_t least, std::int64_t most) {
    const auto check = [least, most](const std::string& given) {
        const auto number = parse_int(given);
        if (number && *number >= least && *number <= most)
            return std::string();
        return "\"" + given + "\" is no whole number from " + std::to_string(least) + " to " +
               std::to_string(most);
    };
    return CLI::Validator(check, "");
}

/// Everything that can stand on a command line, and what it then means.
struct CommandLine {
    CLI::App app{"The shell of XOS", "xos"};
    std::string output = "table";
    std::int64_t versions = 20;
    ObjectArguments object;
    RecipeArguments recipe;
    ImageArguments image;
    LoginArguments login;
    std::string instance;
    std::vector<std::string> words;
    std::vector<std::pair<CLI::App*, Action>> actions;
    CLI::App* login_command = nullptr;
    CLI::App* logout_command = nullptr;

    CommandLine() {
        app.require_subcommand(1);
        app.fallthrough();
        app.set_version_flag("--version", kVersion);
        app.add_option("-o,--output", output, "table, json or yaml")
            ->check(one_of({"table", "json", "yaml"}))
            ->type_name("FORMAT");
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
        logout_command = app.add_subcommand("logout", "end the login and forget it");
    }

    void add_reading() {
        auto* ls = add("ls", "list objects: xos ls slice site=mysite",
                       [this](Session& session) { return list_objects(session, object); });
        ls->add_option("type", object.type, kTypeHelp)->required();
        ls->add_option("filters", object.assignments, "FIELD=VALUE, also FIELD__OPERATOR=VALUE");
        ls->add_option("--order", object.order, "fields, with - for falling order");
        ls->add_option("--columns", object.columns,
                       "fields to show, with commas; id for the number");
        ls->add_option("--limit", object.limit, "most objects")
            ->check(number(1, 10'000))
            ->capture_default_str();
        auto* get = add("get", "show one object: xos get slice mysite_app",
                        [this](Session& session) { return get_object(session, object); });
        get->add_option("type", object.type, kTypeHelp)->required();
        get->add_option("name", object.key, kNameHelp)->required();
        auto* watch = add("watch", "show changes as they happen",
                          [this](Session& session) { return watch_objects(session, object); });
        watch->add_option("type", object.type, "only of this type");
        auto* why_command = add("why", "why an object is not ready", [this](Session& session) {
            return why(session, object.type, object.key);
        });
        why_command->add_option("type", object.type, kTypeHelp)->required();
        why_command->add_option("name", object.key, kNameHelp)->required();
        auto* history_command =
            add("history", "who changed what of an object, and when", [this](Session& session) {
                return history(session, object.type, object.key, versions);
            });
        history_command->add_option("type", object.type, kTypeHelp)->required();
        history_command->add_option("name", object.key, kNameHelp)->required();
        history_command->add_option("--limit", versions, "most versions")
            ->check(number(1, 1000))
            ->capture_default_str();
        auto* types = add("types", "all types; of one, its fields",
                          [this](Session& session) { return show_types(session, object.type); });
        types->add_option("type", object.type, "show its fields");
        add("status", "services, and objects that are not ready",
            [](Session& session) { return status(session); });
    }

    void add_writing() {
        auto* create = add("create", "make an object: xos create slice name=mysite_lab site=mysite",
                           [this](Session& session) { return create_object(session, object); });
        create->add_option("type", object.type, kTypeHelp)->required();
        create->add_option("fields", object.assignments,
                           "FIELD=VALUE; links by name, sets with commas, @FILE for a file's text");
        auto* set = add("set", "change an object: xos set slice mysite_lab description=…",
                        [this](Session& session) { return set_object(session, object); });
        set->add_option("type", object.type, kTypeHelp)->required();
        set->add_option("name", object.key, kNameHelp)->required();
        set->add_option("fields", object.assignments, "FIELD=VALUE; FIELD= for none")->required();
        auto* rm = add("rm", "delete an object",
                       [this](Session& session) { return remove_object(session, object); });
        rm->add_option("type", object.type, kTypeHelp)->required();
        rm->add_option("name", object.key, kNameHelp)->required();
        rm->add_flag("--cascade", object.cascade, "and what is in its way");
        auto* act = add("act", "ask for what is no field: xos act instance lab/a retry",
                        [this](Session& session) { return act_on_object(session, object); });
        act->add_option("type", object.type)->required();
        act->add_option("name", object.key)->required();
        act->add_option("action", object.action, "retry, abandon, or one of the type")->required();
        for (CLI::App* command : {create, set, rm, act}) {
            command->add_flag("--plan", object.plan, "only say what would change");
            command->add_flag("-w,--wait", object.wait, "until it is real, or gone");
        }
    }

    void add_recipes() {
        auto* apply = add("apply", "make the objects of a recipe as it says",
                          [this](Session& session) { return apply_recipe(session, recipe); });
        auto* destroy = add("destroy", "delete the objects of a recipe",
                            [this](Session& session) { return destroy_recipe(session, recipe); });
        for (CLI::App* command : {apply, destroy}) {
            command->add_flag("--plan", recipe.plan, "only say what would change");
            command->add_option("file", recipe.file, "a TOSCA file")->required();
            command->add_flag("--no-wait", recipe.no_wait, "do not wait until all is real");
            command->add_option("--timeout", recipe.timeout_seconds, "seconds to wait")
                ->check(number(1, kLongestWait))
                ->capture_default_str();
        }
    }

    void add_instances() {
        auto* ssh =
            add("ssh", "sign in to an instance: xos ssh mysite_web/mysite_web-1",
                [this](Session& session) { return ssh_instance(session, instance, words); });
        auto* exec = add(
            "exec", "run a command in an instance: xos exec mysite_web/mysite_web-1 ip -br addr",
            [this](Session& session) { return ssh_instance(session, instance, words); });
        ssh->add_option("instance", instance, "SLICE/NAME")->required();
        ssh->add_option("command", words, "what to run there");
        exec->add_option("instance", instance, "SLICE/NAME")->required();
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

    /// What the program ends with.
    Result<int> act() {
        if (*login_command)
            TRY(shell::login(login));
        if (*logout_command)
            TRY(shell::logout());
        for (const auto& [command, action] : actions) {
            if (!*command)
                continue;
            Session session = TRY(Session::open(output == "json"   ? Format::Json
                                                : output == "yaml" ? Format::Yaml
                                                                   : Format::Table));
            TRY(action(session));
            return session.exit_code;
        }
        return 0;
    }
};

/// Says so when the first word is no command.
bool is_command(const CommandLine& line, const std::string& word) {
    const auto names = line.command_names();
    if (std::find(names.begin(), names.end(), word) != names.end())
        return true;
    const auto meant = closest(word, names);
    std::fprintf(
        stderr, "xos: there is no command \"%s\"%s\n", printable(word).c_str(),
        meant ? (", did you mean \"" + *meant + "\"?").c_str() : "; xos --help lists them");
    return false;
}

/// What follows the instance of exec and ssh is a command with options of its own.
std::vector<std::string> with_separator(int count, const char* const* arguments) {
    std::vector<std::string> words(arguments + 1, arguments + count);
    const auto is_word = [](const std::string& word) { return !word.starts_with('-'); };
    const auto command = std::find_if(words.begin(), words.end(), [](const std::string& word) {
        return word == "exec" || word == "ssh";
    });
    if (command != words.begin() || command == words.end())
        return words;
    const auto instance = std::find_if(std::next(command), words.end(), is_word);
    const auto next = instance == words.end() ? instance : std::next(instance);
    if (next != words.end() && *next != "--" && *next != "--help" && *next != "-h")
        words.insert(next, "--");
    return words;
}

int say_parse_error(const CommandLine& line, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
        return line.app.exit(error);
    std::string command = "xos";
    for (const CLI::App* app : line.app.get_subcommands())
        command += " " + app->get_name();
    std::fprintf(stderr, "xos: %s\n  %s --help shows how it is used\n",
                 printable(error.what()).c_str(), command.c_str());
    return 2;
}

void say(const Error& error) {
    std::fprintf(stderr, "xos: %s\n", printable(error.message()).c_str());
    const bool is_all = error.details().size() == 1 &&
                        error.message().find(error.details()[0].message) != std::string::npos;
    if (is_all)
        return;
    for (const ErrorDetail& detail : error.details())
        std::fprintf(stderr, "  %s\n", printable(detail.sentence()).c_str());
}

}  // namespace

int run(int count, const char* const* arguments) {
    CommandLine line;
    if (count > 1 && arguments[1][0] != '-' && !is_command(line, arguments[1]))
        return 2;
    try {
        std::vector<std::string> words = with_separator(count, arguments);
        std::reverse(words.begin(), words.end());  // As CLI11 takes them.
        line.app.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        return say_parse_error(line, error);
    }
    const auto code = line.act();
    if (!code) {
        say(code.error());
        return 1;
    }
    return *code;
}

}  // namespace xos::shell
