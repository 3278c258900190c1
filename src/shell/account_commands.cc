#include "shell/account_commands.h"

#include "base/file.h"
#include "base/text.h"
#include "client/api.h"
#include "shell/credentials.h"
#include "shell/session.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>

namespace xos::shell {

namespace {

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

}  // namespace

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

Result<void> logout() {
    const Credentials credentials = TRY(load_credentials());
    client::Api::Options options{.token = credentials.token};
    options.http.tls_ca = credentials.tls_ca;
    const auto api = TRY(client::Api::create(credentials.url, std::move(options)));
    const auto ended = api->call("POST", "utility/logout");
    TRY(forget_credentials());
    const bool is_over = ended || ended.error().code() == ErrorCode::Unauthenticated;
    if (!is_over)
        return Error{ended.error().code(),
                     "forgotten here, but the token may still be good: " + ended.error().message()};
    print("logged out of " + credentials.url + "\n");
    return {};
}

}  // namespace xos::shell
