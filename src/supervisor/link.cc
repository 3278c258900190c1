#include "supervisor/link.h"

#include "supervisor/line_buffer.h"

#include <poll.h>
#include <sys/socket.h>

namespace xos::supervisor {

std::vector<ServiceState> Link::states() const {
    return states_.with([](const auto& states) {
        std::vector<ServiceState> all;
        for (const auto& [name, state] : states)
            all.push_back(state);
        return all;
    });
}

std::optional<ServiceState> Link::find_state(const std::string& name) const {
    return states_.with([&](const auto& states) -> std::optional<ServiceState> {
        const auto at = states.find(name);
        if (at == states.end())
            return std::nullopt;
        return at->second;
    });
}

void Link::run() {
    LineBuffer lines;
    pollfd wait{socket_, POLLIN, 0};
    const auto take = [&](std::string_view line) {
        auto message = decode(line);
        if (!message)
            return;
        if (const auto* state = std::get_if<ServiceState>(&*message))
            states_.with([&](auto& states) { states[state->name] = *state; });
    };
    while (::poll(&wait, 1, -1) >= 0 && lines.read_from(socket_, take)) {
    }
}

void Link::close() const {
    ::shutdown(socket_, SHUT_RDWR);
}

void Link::send(const Message& message) const {
    const std::string line = encode(message);
    // The socket does not block; a supervisor that is gone takes this process with it.
    std::size_t sent = 0;
    while (sent < line.size()) {
        const ssize_t count = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (count > 0) {
            sent += static_cast<std::size_t>(count);
            continue;
        }
        pollfd wait{socket_, POLLOUT, 0};
        if (::poll(&wait, 1, 1000) <= 0)
            return;
    }
}

}  // namespace xos::supervisor
