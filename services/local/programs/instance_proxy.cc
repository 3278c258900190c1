// Leads an ssh client on this host to the ssh server of an instance:
//
//   ssh -o ProxyCommand='instance-proxy STATUS' root@NAME
//
// STATUS is the file in which crun tells of the instance's container. The server is reached through
// the instance's own network namespace, so no network has to lead there, and over several starts of
// the instance the command stays the same. Only root may do this.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace {

constexpr int kPort = 22;
constexpr int kTries = 100;  // Each 50 ms: a server that is being started.

int fail(const char* what) {
    fprintf(stderr, "instance-proxy: %s: %s\n", what, strerror(errno));
    return 1;
}

/// Reads all of a small file as text.
bool read_text(const char* path, char* text, size_t size) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const ssize_t count = read(file, text, size - 1);
    close(file);
    if (count < 0)
        return false;
    text[count] = '\0';
    return true;
}

/// The number that stands after `"name":` in `json`; 0 when there is none.
long long member(const char* json, const char* name) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\"", name);
    const char* at = strstr(json, key);
    long long value = 0;
    if (at == nullptr || sscanf(at + strlen(key), " : %lld", &value) != 1)
        return 0;
    return value;
}

/// Whether process `pid` is the one that started at `start_time`, not a later one of that number.
bool is_process(long long pid, long long start_time) {
    char path[64];
    char text[1024];
    snprintf(path, sizeof path, "/proc/%lld/stat", pid);
    if (!read_text(path, text, sizeof text))
        return false;
    const char* at = strrchr(text, ')');
    for (int field = 2; at != nullptr && field < 22; ++field)
        at = strchr(at + 1, ' ');
    long long found = 0;
    return at != nullptr && sscanf(at, " %lld", &found) == 1 && found == start_time;
}

/// Takes this process into the network namespace of the container.
bool enter(const char* status) {
    char json[8192];
    if (!read_text(status, json, sizeof json))
        return false;
    const long long pid = member(json, "pid");
    errno = ESRCH;
    if (pid <= 0 || !is_process(pid, member(json, "process-start-time")))
        return false;
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/ns/net", pid);
    const int space = open(path, O_RDONLY | O_CLOEXEC);
    return space >= 0 && setns(space, CLONE_NEWNET) == 0;
}

int connect_to_server() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < kTries; ++i) {
        const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (server < 0)
            return -1;
        if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
            return server;
        close(server);
        const timespec pause{0, 50'000'000};
        nanosleep(&pause, nullptr);
    }
    return -1;
}

/// Passes on what can be read at `from`; false at its end.
bool pass(int from, int to) {
    char bytes[65536];
    const ssize_t count = read(from, bytes, sizeof bytes);
    if (count <= 0)
        return false;
    for (ssize_t done = 0; done < count;) {
        const ssize_t written = write(to, bytes + done, static_cast<size_t>(count - done));
        if (written < 0 && errno != EINTR)
            return false;
        done += written > 0 ? written : 0;
    }
    return true;
}

void relay(int server) {
    pollfd ends[2] = {{0, POLLIN, 0}, {server, POLLIN, 0}};
    while (true) {
        if (poll(ends, 2, -1) < 0 && errno != EINTR)
            return;
        if (ends[1].revents != 0 && !pass(server, 1))
            return;
        if (ends[0].revents != 0 && !pass(0, server)) {
            shutdown(server, SHUT_WR);
            ends[0].fd = -1;  // What the server still says is waited for.
        }
    }
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        fprintf(stderr, "usage: instance-proxy STATUS-FILE\n");
        return 2;
    }
    if (!enter(words[1]))
        return fail("the instance does not run here");
    const int server = connect_to_server();
    if (server < 0)
        return fail("the instance's ssh server does not answer");
    relay(server);
    return 0;
}
