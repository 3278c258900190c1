// Runs a program in a mount namespace of its own:
//
//   run-private [--hide DIR]… [--overlay LOWER UPPER WORK TARGET] PROGRAM [ARGUMENT…]
//
// What is mounted here is seen by the program and by what it starts, and by nobody else, so the
// host's mount table stays as it is and nothing has to be unmounted: a container's root file
// system goes with its last process. The program is killed when the caller dies.
// Exit code 125: this program failed; what failed is on standard error.

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

constexpr int kFailed = 125;

int fail(const char* what) {
    perror(what);
    return kFailed;
}

bool mount_overlay(char** words) {
    char options[4096 * 3];
    const int length = snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s",
                                words[0], words[1], words[2]);
    if (length < 0 || static_cast<size_t>(length) >= sizeof options)
        return false;
    return mount("overlay", words[3], "overlay", 0, options) == 0;
}

}  // namespace

int main(int count, char** words) {
    const pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        return fail("run-private: tie to the caller");
    if (unshare(CLONE_NEWNS) != 0)
        return fail("run-private: make a mount namespace");
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return fail("run-private: make mounts private");

    int at = 1;
    while (at < count) {
        if (strcmp(words[at], "--hide") == 0 && at + 1 < count) {
            umount2(words[at + 1], MNT_DETACH);  // Not mounted is as good.
            at += 2;
        } else if (strcmp(words[at], "--overlay") == 0 && at + 4 < count) {
            if (!mount_overlay(words + at + 1))
                return fail("run-private: mount overlay");
            at += 5;
        } else {
            break;
        }
    }
    if (at >= count) {
        fprintf(stderr, "run-private: no program given\n");
        return kFailed;
    }
    execvp(words[at], words + at);
    return fail(words[at]);
}
