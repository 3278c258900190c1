#include "shell/credentials.h"

#include "base/file.h"
#include "base/json.h"

#include <cstdlib>

namespace xos::shell {

namespace {

std::string credentials_file() {
    return config_directory() + "/credentials.json";
}

}  // namespace

std::string config_directory() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    if (config && *config)
        return std::string(config) + "/xos";
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : "/root") + "/.config/xos";
}

Result<Credentials> load_credentials() {
    auto text = read_file(credentials_file());
    if (!text)
        return Error{ErrorCode::Unauthenticated, "not logged in: xos login http://127.0.0.1:9101"};
    auto json = Json::parse(*text);
    if (!json)
        return std::move(json).error().in(credentials_file());
    return Credentials{.url = std::string(json->text("url")),
                       .email = std::string(json->text("email")),
                       .token = std::string(json->text("token")),
                       .tls_ca = std::string(json->text("tls_ca"))};
}

Result<void> save_credentials(const Credentials& credentials) {
    TRY(make_directories(config_directory(), FileMode::Private));
    Json json;
    json.set("url", credentials.url);
    json.set("email", credentials.email);
    json.set("token", credentials.token);
    json.set("tls_ca", credentials.tls_ca);
    return write_file(credentials_file(), json.format_pretty() + "\n", FileMode::Private);
}

Result<void> forget_credentials() {
    return remove_file(credentials_file());
}

}  // namespace xos::shell
