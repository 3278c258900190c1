#include "shell/instance_commands.h"

#include "base/text.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace xos::shell {

namespace {

/// Shells add this to the number of the signal that a command died of.
constexpr int kDiedOfSignal = 128;
constexpr int kSignals = 65;

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

/// The line for a shell that signs in to `object`.
Result<std::string> ssh_line(const Json& object, const std::string& instance) {
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
    return line;
}

Error cannot_run() {
    return Error{ErrorCode::Unavailable, std::string("cannot run ssh: ") + std::strerror(errno)};
}

/// Runs `line` by a shell and waits; what it ended with, as shells tell it.
Result<int> run_line(const std::string& line) {
    // Ctrl-C is for what runs there.
    const auto interrupt = std::signal(SIGINT, SIG_IGN);
    const pid_t child = ::fork();
    if (child < 0)
        return cannot_run();
    if (child == 0) {
        std::signal(SIGINT, interrupt);
        ::execl("/bin/sh", "sh", "-c", ("exec " + line).c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return cannot_run();
    }
    std::signal(SIGINT, interrupt);
    return WIFSIGNALED(status) ? kDiedOfSignal + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<void> ssh_instance(Session& session, const std::string& instance,
                          const std::vector<std::string>& words) {
    const schema::Type* type = TRY(session.catalog->find_type("instance"));
    const Json object = TRY(session.catalog->find(*type, instance));
    std::string line = TRY(ssh_line(object, instance));
    if (words.empty()) {
        ::execl("/bin/sh", "sh", "-c", ("exec " + line).c_str(), nullptr);
        return cannot_run();
    }
    std::vector<std::string> quoted;
    for (const std::string& word : words)
        quoted.push_back(quote(word));
    // The shell there reads the words once more. With something left to do it does not let the
    // command take its place, so that a signal is told as shells do: ssh itself says 255.
    line += " -- " + quote(join(quoted, " ") + "; exit $?");
    session.exit_code = TRY(run_line(line));
    const int signal = session.exit_code - kDiedOfSignal;
    if (signal > 0 && signal < kSignals && sigabbrev_np(signal))
        std::fprintf(stderr, "xos: the command ended with %d: died of SIG%s\n", session.exit_code,
                     sigabbrev_np(signal));
    return {};
}

}  // namespace xos::shell
