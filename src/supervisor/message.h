#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xos::supervisor {

/// Asks for a synchronizer to run from now on.
struct StartService {
    std::string name;
    std::string service_dir;  ///< Folder with service.yaml and what was built of it.
    std::string data_dir;     ///< For files of its own; made when it is missing.
    std::string url;          ///< Of the API.
    std::string tls_ca;       ///< PEM file to trust; empty without TLS.
    std::string token;
    bool privileged = false;
};

/// Asks for a synchronizer to end and not to come back.
struct StopService {
    std::string name;
};

/// What has become of a synchronizer's process.
struct ServiceState {
    enum class State : std::uint8_t { Running, Waiting, Stopped, Refused };
    std::string name;
    State state = State::Stopped;
    std::int64_t pid = 0;
    std::int64_t restarts = 0;
    std::string message;           ///< Why it waits or is refused, how it ended.
    std::vector<std::string> log;  ///< Its last lines.
};

std::string_view to_string(ServiceState::State state);

using Message = std::variant<StartService, StopService, ServiceState>;

/// One message as a line of JSON, end of line included; and back. The two ends of a socket between
/// the kernel's process and the supervisor speak in these.
std::string encode(const Message& message);
Result<Message> decode(std::string_view line);

}  // namespace xos::supervisor
