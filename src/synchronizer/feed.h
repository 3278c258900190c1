#pragma once

#include "base/guarded.h"
#include "base/log.h"
#include "client/watch.h"
#include "synchronizer/mirror.h"
#include "synchronizer/wakeup.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace xos::synchronizer {

/// Keeps the mirror current: connects, resumes where the last stream ended, and tries again for as
/// long as nobody answers. `run` is the body of one thread; the rest is for any thread. What it is
/// made of must outlive it.
class Feed {
public:
    struct Parts {
        client::Api& api;
        Mirror& mirror;
        std::vector<std::string> types;
        /// Gets each change, on the thread of `run`.
        std::function<void(const MirrorDelta& delta)> take;
        Log& log;
        Duration first_delay{100};
        Duration longest_delay{5'000};
    };

    explicit Feed(Parts parts) : parts_(std::move(parts)) {}

    /// Returns after `stop`, or with Gone when the mirror cannot go on.
    Result<void> run();
    void stop();

private:
    Result<void> follow(client::Watch& watch);

    const Parts parts_;
    Wakeup stopping_;
    Guarded<std::shared_ptr<client::Watch>> watch_;
    Duration delay_{0};
};

}  // namespace xos::synchronizer
