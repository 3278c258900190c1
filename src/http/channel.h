#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "http/interrupter.h"
#include "http/url.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace xos::http {

/// Which servers a client believes. Immutable.
class TlsTrust {
public:
    /// Certificates of the PEM file `authorities`, or the system's when it is empty. Invalid when
    /// they cannot be read.
    static Result<std::unique_ptr<TlsTrust>> load(const std::string& authorities);
    /// Believes anybody: for tests and first contact only.
    static std::unique_ptr<TlsTrust> make_blind();
    ~TlsTrust();

private:
    friend class Channel;
    class Context;

    explicit TlsTrust(std::unique_ptr<Context> context);

    std::unique_ptr<Context> context_;
};

/// A client's connection, blocking, with deadlines. One thread at a time.
class Channel {
public:
    /// All three must outlive what is connected with them.
    struct Setup {
        const Url& url;
        const TlsTrust* trust = nullptr;  ///< For https.
        const Interrupter* interrupter = nullptr;
        Duration timeout{};
    };

    /// Unavailable when nobody answers, or is not to be believed.
    static Result<std::unique_ptr<Channel>> connect(const Setup& setup);
    ~Channel();

    /// Reads some; 0 at the end; nothing when `timeout` is over. Unavailable when broken or
    /// interrupted.
    Result<std::optional<std::size_t>> read(std::span<char> to, Duration timeout);
    /// Writes some of `bytes` and says how many. Unavailable when none go within `timeout`.
    Result<std::size_t> write(std::string_view bytes, Duration timeout);

    /// Whether a read would not have to wait; on an idle connection: whether the server closed it.
    bool is_readable() const;
    /// From now on that one ends the waits.
    void set_interrupter(const Interrupter& interrupter) { interrupter_ = &interrupter; }

private:
    class Tls;
    enum class Readiness : unsigned char { Ready, TimedOut };

    Channel(int descriptor, const Interrupter* interrupter);

    Result<void> finish_connect(Duration timeout);
    Result<void> shake_hands(const Setup& setup);
    Result<Readiness> wait(short events, Duration timeout) const;

    const int descriptor_;
    const Interrupter* interrupter_;
    std::unique_ptr<Tls> tls_;
};

}  // namespace xos::http
