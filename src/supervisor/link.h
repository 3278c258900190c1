#pragma once

#include "base/guarded.h"
#include "supervisor/message.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xos::supervisor {

/// The kernel's end of the socket to the supervisor: says what shall run, knows what does.
///
/// One thread of the owner is in `run`; all other functions are for any thread. They do not block
/// for long: messages are short and the supervisor always reads.
class Link {
public:
    /// `socket` is the owner's and must outlive the link.
    explicit Link(int socket) : socket_(socket) {}

    void start(const StartService& service) const { send(service); }
    void stop(const std::string& name) const { send(StopService{name}); }

    /// The last that was heard of each service, by name.
    std::vector<ServiceState> states() const;
    std::optional<ServiceState> find_state(const std::string& name) const;

    /// Takes in what the supervisor reports, until `close` or until it is gone.
    void run();
    void close() const;

private:
    void send(const Message& message) const;

    const int socket_;
    Guarded<std::map<std::string, ServiceState>> states_;
};

}  // namespace xos::supervisor
