#include "shell/instance_commands.h"

#include "base/file.h"
#include "base/text.h"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

namespace xos::shell {

namespace {

/// `word` so that a shell reads it back as one.
std::string quote(const std::string& word) {
    if (!word.empty() &&
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_@%+=:,./-") == std::string::npos)
        return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
}

std::string read_password(const std::string& prompt) {
    std::fputs(prompt.c_str(), stderr);
    termios shown{};
    const bool is_terminal = ::tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    std::string password;
    for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar())
        password += static_cast<char>(c);
    if (is_terminal) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        std::fputc('\n', stderr);
    }
    return password;
}

/// Tells what is missing before ssh fails in words of its own.
Result<void> check_host(const std::string& command, const std::string& instance) {
    const std::string proxy = "ProxyCommand='";
    const std::size_t start = command.find(proxy);
    if (start == std::string::npos)
        return {};
    const std::size_t begin = start + proxy.size();
    const std::string program = command.substr(begin, command.find_first_of(" '", begin) - begin);
    if (::access(program.c_str(), X_OK) != 0)
        return Error{ErrorCode::Unavailable,
                     "instance \"" + instance + "\" runs on another host: run this there, as root"};
    if (::geteuid() != 0)
        return Error{ErrorCode::PermissionDenied,
                     "entering the network of an instance takes root on this host"};
    return {};
}

}  // namespace

Result<void> ssh_instance(Session& session, const std::string& instance,
                          const std::vector<std::string>& words) {
    const schema::Type* type = TRY(session.catalog->find_type("instance"));
    const Json object = TRY(session.catalog->find(*type, instance));
    const std::string command(object.text("ssh_command"));
    if (command.empty())
        return Error{
            ErrorCode::Unavailable,
            "instance \"" + instance + "\" cannot be signed in to yet: it is " + status_of(object)};
    TRY(check_host(command, instance));
    std::string line = command;
    const std::string options =
        " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";
    const std::string key = config_directory() + "/id_ed25519";
    const std::size_t after_ssh = line.find(' ');
    line.insert(after_ssh, options + (::access(key.c_str(), R_OK) == 0 ? " -i " + quote(key) : ""));
    if (!words.empty()) {
        std::vector<std::string> quoted;
        for (const std::string& word : words)
            quoted.push_back(quote(word));
        // The shell there reads the words once more.
        line += " -- " + quote(join(quoted, " "));
    }
    ::execl("/bin/sh", "sh", "-c", ("exec " + line).c_str(), nullptr);
    return Error{ErrorCode::Unavailable, std::string("cannot run ssh: ") + std::strerror(errno)};
}

Result<void> why(Session& session, const std::string& type_word, const std::string& key) {
    const schema::Type* type = TRY(session.catalog->find_type(type_word));
    const ObjectId id = TRY(session.catalog->find_id(*type, key));
    const Json answer = TRY(session.api->call(
        "GET", Catalog::plural_of(*type) + "/" + std::to_string(id.value) + "/why"));
    if (session.format == Format::Json)
        print(answer.format_pretty() + "\n");
    else
        print(to_yaml(answer));
    return {};
}

namespace {

/// Adds what is not ready, and what waits to be gone, of one type.
Result<void> add_troubled(Session& session, const schema::Type& type, Table& table) {
    for (const http::Query& which : {http::Query{{"ready", "false"}, {"limit", "20"}},
                                     http::Query{{"kind", "deleted"}, {"limit", "20"}}}) {
        const auto page = TRY(session.api->list(Catalog::plural_of(type), which));
        TRY(session.catalog->load_parts_of_keys(type, page.items));
        for (const Json& object : page.items)
            table.add({type.name, session.catalog->key_of(type, object), status_of(object)});
    }
    return {};
}

/// Where nothing was started there is no state to tell, but a reason.
std::string state_of_service(const Json& service) {
    const std::string_view state = service.text("state");
    if (!state.empty())
        return std::string(state);
    const Json* enabled = service.find("enabled");
    const bool is_off = enabled && enabled->as_bool() && !*enabled->as_bool();
    return is_off ? "switched off" : "not loaded";
}

}  // namespace

Result<void> status(Session& session) {
    const Json services = TRY(session.api->call("GET", "services"));
    if (session.format != Format::Table) {
        print(session.format == Format::Json ? services.format_pretty() + "\n" : to_yaml(services));
        return {};
    }
    Table table({"SERVICE", "STATE", "PID", "RESTARTS", "MESSAGE"});
    const Json* items = services.find("items");
    for (const Json& service : items && items->as_array() ? *items->as_array() : Json::Array{}) {
        const std::int64_t pid = service.number("pid");
        table.add({std::string(service.text("name")), state_of_service(service),
                   pid > 0 ? std::to_string(pid) : "", std::to_string(service.number("restarts")),
                   one_line(service.text("message"), 80)});
    }
    print(table.format());
    Table troubled({"NOT READY", "NAME", "STATUS"});
    for (const schema::Type& type : session.catalog->schema().types()) {
        if (!type.abstract)
            TRY(add_troubled(session, type, troubled));
    }
    print(troubled.empty() ? "all objects are ready\n" : "\n" + troubled.format());
    return {};
}

Result<void> add_image(Session& session, const ImageArguments& arguments) {
    Json image;
    image.set("name", arguments.name);
    image.set("tag", arguments.tag);
    image.set("kind", "container");
    image.set("disk_format", "tar");
    const Json made = TRY(session.api->create("core/images", image));
    const ObjectId id{static_cast<std::uint64_t>(made.number("id"))};
    TRY(session.api->upload(
        "core/images", id, arguments.file, [](std::uint64_t sent, std::uint64_t total) {
            if (total > 0)
                std::fprintf(stderr, "\r%3d %%", static_cast<int>(100 * sent / total));
        }));
    std::fputc('\n', stderr);
    const schema::Type* deployment = TRY(session.catalog->find_type("deployment"));
    for (const std::string& name : arguments.deployments) {
        Json offer;
        offer.set("image_id", id.value);
        offer.set("deployment_id", TRY(session.catalog->find_id(*deployment, name)).value);
        TRY(session.api->create("core/imagedeployments", offer));
    }
    return show_object(session, *TRY(session.catalog->find_type("image")),
                       TRY(session.api->get("core/images", id)));
}

Result<void> login(const LoginArguments& arguments) {
    client::Api::Options options;
    options.http.tls_ca = arguments.tls_ca;
    const auto api = TRY(client::Api::create(arguments.url, std::move(options)));
    std::string password;
    if (arguments.password_file.empty()) {
        password = read_password("Password of " + arguments.email + ": ");
    } else {
        password = TRY(read_file(arguments.password_file));
        password = std::string(trim(password));
    }
    const std::string token = TRY(api->login(arguments.email, password, "xos"));
    TRY(save_credentials({.url = arguments.url,
                          .email = arguments.email,
                          .token = token,
                          .tls_ca = arguments.tls_ca}));
    print("logged in to " + arguments.url + " as " + arguments.email + "\n");
    return {};
}

}  // namespace xos::shell
