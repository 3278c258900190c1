#pragma once

#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace xos::http {

/// Reads one answer from the bytes of a connection; interim answers (1xx) are passed over.
class ResponseParser {
public:
    enum class State : std::uint8_t { Head, Body, Done, Failed };
    enum class Expect : std::uint8_t { Body, NoBody };

    /// `expect` is NoBody for the answer to HEAD.
    explicit ResponseParser(Expect expect);
    ~ResponseParser();

    /// Takes bytes from the front of `data` and says how many. Stops at the end of the head and at
    /// the end of the answer. Precondition: neither Done nor Failed.
    std::size_t put(std::string_view data);
    /// The connection has ended.
    void put_end();
    State state() const;

    /// From the end of the head on: status and headers.
    Response& response();
    bool keep_alive() const;
    /// What came of the body since the last call.
    std::string take_body();
    const std::string& failure() const;

private:
    class Grammar;

    const Expect expect_;
    std::unique_ptr<Grammar> grammar_;
};

}  // namespace xos::http
