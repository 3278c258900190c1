#include "services/local/programs/ssh_sessions.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace xos::local::ssh {

namespace {

constexpr int kMostSessions = 256;
constexpr size_t kFingerprintLength = 43;  // SHA-256 in base64 without padding.
constexpr size_t kLongestKey = 8192;
constexpr size_t kLongestKeyFile = 1 << 20;

struct Session {
    pid_t pid;
    char fingerprint[kFingerprintLength + 1];
};

Session sessions[kMostSessions];
int session_count = 0;

/// The process that started `pid`; 0 when there is none.
pid_t parent_of(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", static_cast<int>(pid));
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    char text[512];
    const ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0)
        return 0;
    text[count] = '\0';
    const char* end_of_name = strrchr(text, ')');
    int parent = 0;
    if (end_of_name == nullptr || sscanf(end_of_name + 1, " %*c %d", &parent) != 1)
        return 0;
    return parent;
}

bool is_below(pid_t pid, pid_t ancestor) {
    for (int depth = 0; pid > 1 && depth < 64; ++depth) {
        if (pid == ancestor)
            return true;
        pid = parent_of(pid);
    }
    return false;
}

/// Kills `top` last, since what it started would otherwise be moved out of reach below process 1.
void kill_tree(pid_t top) {
    for (int round = 0; round < 8; ++round) {
        DIR* processes = opendir("/proc");
        if (processes == nullptr)
            break;
        int killed = 0;
        while (const dirent* entry = readdir(processes)) {
            const pid_t pid = atoi(entry->d_name);
            if (pid > 1 && pid != top && is_below(pid, top))
                killed += kill(pid, SIGKILL) == 0 ? 1 : 0;
        }
        closedir(processes);
        if (killed == 0)
            break;
    }
    kill(top, SIGKILL);
}

/// Writes the fingerprint of the key whose base64 text `word` is; false when it is none.
bool fingerprint_of(const char* word, size_t length, char* fingerprint) {
    unsigned char key[kLongestKey];
    size_t size = 0;
    if (sodium_base642bin(key, sizeof key, word, length, nullptr, &size, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, key, size);
    sodium_bin2base64(fingerprint, kFingerprintLength + 1, hash, sizeof hash,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    return true;
}

/// Whether the file holds the key of that fingerprint. Keys are the words that start as all
/// encoded keys do.
bool holds(const char* keys, const char* fingerprint) {
    char found[kFingerprintLength + 1];
    for (const char* word = keys; *word != '\0';) {
        const size_t length = strcspn(word, " \t\r\n");
        if (length > 4 && strncmp(word, "AAAA", 4) == 0 && fingerprint_of(word, length, found) &&
            strcmp(found, fingerprint) == 0)
            return true;
        word += length;
        word += strspn(word, " \t\r\n");
    }
    return false;
}

/// The text of `path` in memory that the caller frees; empty when it cannot be read.
char* read_text(const char* path) {
    char* text = static_cast<char*>(calloc(kLongestKeyFile + 1, 1));
    if (text == nullptr)
        abort();
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return text;
    size_t size = 0;
    ssize_t count = 0;
    while (size < kLongestKeyFile && (count = read(file, text + size, kLongestKeyFile - size)) > 0)
        size += static_cast<size_t>(count);
    close(file);
    return text;
}

}  // namespace

bool note_login(const char* line, pid_t server) {
    // "[17] Nov 25 10:00:00 Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:… from …"
    int pid = 0;
    const char* fingerprint = strstr(line, "SHA256:");
    if (sscanf(line, "[%d]", &pid) != 1 || fingerprint == nullptr ||
        strstr(line, "Pubkey auth succeeded") == nullptr)
        return false;
    if (session_count == kMostSessions) {
        // The oldest is forgotten, and with it that it has to end when its key goes: so it ends.
        if (parent_of(sessions[0].pid) == server)
            kill_tree(sessions[0].pid);
        memmove(sessions, sessions + 1, sizeof(Session) * --session_count);
    }
    Session& session = sessions[session_count++];
    session.pid = pid;
    snprintf(session.fingerprint, sizeof session.fingerprint, "%s", fingerprint + 7);
    return true;
}

void end_sessions_without_key(pid_t server, const char* keys) {
    char* text = read_text(keys);
    int kept = 0;
    for (int i = 0; i < session_count; ++i) {
        const Session session = sessions[i];
        // A session that ended may have left its number to another process.
        const bool is_open = server > 0 && parent_of(session.pid) == server;
        if (is_open && holds(text, session.fingerprint))
            sessions[kept++] = session;
        else if (is_open)
            kill_tree(session.pid);
    }
    session_count = kept;
    free(text);
}

}  // namespace xos::local::ssh
