#pragma once

#include "base/log.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace xos::xosd {

/// What the command line of xosd says: where things are. All other settings are in the model.
struct Options {
    enum class Task : std::uint8_t { Serve, RotateKey, Restore };

    Task task = Task::Serve;
    std::string data;                   ///< Folder of the journal, content and keys.
    std::string address = "127.0.0.1";  ///< To listen on.
    std::uint16_t port = 9101;          ///< 0: a free one.
    std::vector<std::string> services;  ///< Folders that hold folders of services.
    std::string tls_certificate;
    std::string tls_key;
    LogLevel log_level = LogLevel::Info;
};

/// The options of a command line. Invalid with all that is wrong with it, or with the text of the
/// help when that was asked for (code NotFound then).
Result<Options> parse_options(int count, const char* const* arguments);

}  // namespace xos::xosd
