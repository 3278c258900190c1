// Process 1 of an instance.
//
// It runs the user data as a script, keeps an ssh server running while any key may log in, ends the
// sessions of keys that may no longer, and collects the processes that others left. What it is told
// lies in files that the driver replaces while it runs:
//
//   /etc/xos/user-data            the script; read at the start
//   /root/.ssh/authorized_keys    the keys
//
// What it and its programs write goes to /var/log/xos.log of the instance. A TERM ends them all.
// It is static and uses only libc and libsodium: the instance's image may hold any libc or none.

#include "services/local/programs/ssh_sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>

namespace {

namespace ssh = xos::local::ssh;

constexpr const char* kUserData = "/etc/xos/user-data";
constexpr const char* kKeyFolder = "/root/.ssh";
constexpr const char* kKeys = "/root/.ssh/authorized_keys";
constexpr int kRestartDelay = 1000;  // Milliseconds, for an ssh server that ended.
constexpr int kPatience = 2000;      // For processes that were told to end.

struct Init {
    int signals = -1;
    int changes = -1;     // Of the folder with the keys.
    int server_log = -1;  // What the ssh server says, to read from.
    pid_t server = 0;
    char line[1024];  // The line of that log that is not at its end.
    size_t line_length = 0;
};

bool has_text(const char* path) {
    struct stat info;
    return stat(path, &info) == 0 && info.st_size > 0;
}

void open_log() {
    mkdir("/var", 0755);
    mkdir("/var/log", 0755);
    int log = open("/var/log/xos.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (log < 0)
        log = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (log < 0)
        return;
    dup2(log, 1);
    dup2(log, 2);
    close(log);
}

/// Starts a program in a session of its own, its outputs in the log or in `output`.
pid_t launch(const char* const* words, int output) {
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setsid();
    if (output >= 0) {
        dup2(output, 1);
        dup2(output, 2);
    }
    execv(words[0], const_cast<char* const*>(words));
    perror(words[0]);
    _exit(127);
}

void run_user_data() {
    if (!has_text(kUserData))
        return;
    char start[2] = {};
    const int file = open(kUserData, O_RDONLY | O_CLOEXEC);
    const bool names_program =
        file >= 0 && read(file, start, 2) == 2 && start[0] == '#' && start[1] == '!';
    close(file);
    const char* const direct[] = {kUserData, nullptr};
    const char* const by_shell[] = {"/bin/sh", kUserData, nullptr};
    launch(names_program ? direct : by_shell, -1);
}

const char* find_server() {
    for (const char* path : {"/usr/sbin/dropbear", "/usr/bin/dropbear", "/sbin/dropbear"}) {
        if (access(path, X_OK) == 0)
            return path;
    }
    return nullptr;
}

/// Starts the ssh server when a key may log in and it does not run.
void start_server(Init& init) {
    const char* program = find_server();
    int ends[2];
    if (init.server > 0 || program == nullptr || !has_text(kKeys) || pipe2(ends, O_CLOEXEC) != 0)
        return;
    mkdir("/etc/dropbear", 0700);
    // In the foreground, host key made when first needed, log to standard error, no passwords.
    const char* const words[] = {program, "-F", "-R", "-E", "-s", "-p", "22", nullptr};
    init.server = launch(words, ends[1]);
    close(ends[1]);
    if (init.server_log >= 0)
        close(init.server_log);
    init.server_log = ends[0];
    init.line_length = 0;
}

void read_server_log(Init& init) {
    char text[512];
    const ssize_t count = read(init.server_log, text, sizeof text);
    if (count <= 0) {
        close(init.server_log);
        init.server_log = -1;
        return;
    }
    if (write(2, text, static_cast<size_t>(count)) < 0) {
        // The disk is full; the sessions matter all the same.
    }
    for (ssize_t i = 0; i < count; ++i) {
        if (text[i] != '\n') {
            if (init.line_length + 1 < sizeof init.line)
                init.line[init.line_length++] = text[i];
            continue;
        }
        init.line[init.line_length] = '\0';
        init.line_length = 0;
        if (ssh::note_login(init.line, init.server))
            ssh::end_sessions_without_key(init.server, kKeys);
    }
}

void collect_children(Init& init) {
    while (true) {
        const pid_t pid = waitpid(-1, nullptr, WNOHANG);
        if (pid <= 0)
            return;
        if (pid == init.server)
            init.server = 0;
    }
}

/// Collects what ends within that time; true when nothing is left.
bool wait_for_all(int milliseconds) {
    for (int waited = 0; waited < milliseconds; waited += 10) {
        pid_t pid;
        do {
            pid = waitpid(-1, nullptr, WNOHANG);
        } while (pid > 0);
        if (pid < 0 && errno == ECHILD)
            return true;
        const timespec pause{0, 10'000'000};
        nanosleep(&pause, nullptr);
    }
    return false;
}

void shut_down() {
    kill(-1, SIGTERM);
    if (!wait_for_all(kPatience)) {
        kill(-1, SIGHUP);  // Interactive shells ignore the other.
        wait_for_all(kPatience / 4);
    }
    _exit(0);  // The kernel ends the rest.
}

void take_signal(Init& init) {
    signalfd_siginfo info;
    if (read(init.signals, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
        shut_down();
    collect_children(init);
}

void take_change(Init& init) {
    char events[4096];
    if (read(init.changes, events, sizeof events) <= 0)
        return;
    ssh::end_sessions_without_key(init.server, kKeys);
    start_server(init);
}

void wait_for_events(Init& init) {
    pollfd files[3] = {
        {init.signals, POLLIN, 0}, {init.changes, POLLIN, 0}, {init.server_log, POLLIN, 0}};
    const bool to_start = init.server == 0 && has_text(kKeys) && find_server() != nullptr;
    if (poll(files, 3, to_start ? kRestartDelay : -1) == 0)
        start_server(init);
    if (files[2].revents != 0)
        read_server_log(init);
    if (files[1].revents != 0)
        take_change(init);
    if (files[0].revents != 0)
        take_signal(init);
}

}  // namespace

int main() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT})
        sigaddset(&taken, signal);
    sigprocmask(SIG_BLOCK, &taken, nullptr);

    Init init;
    init.signals = signalfd(-1, &taken, SFD_CLOEXEC);
    init.changes = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(init.changes, kKeyFolder, IN_MOVED_TO | IN_DELETE | IN_CLOSE_WRITE);
    open_log();
    start_server(init);
    run_user_data();
    while (true)
        wait_for_events(init);
}
