#pragma once

#include "client/api.h"
#include "ledger.h"

#include <atomic>
#include <random>
#include <string>

namespace xos::crash {

/// A client that makes, changes and removes units at random, on a connection of its own, and keeps
/// a ledger of it. One thread at a time.
class Writer {
public:
    Writer(int number, std::uint64_t seed)
        : prefix_("w" + std::to_string(number) + "n"), random_(seed) {}

    /// Until the server does not answer or `stop`. An answer that cannot be is among `problems`.
    void run(const std::string& url, const std::string& token, const std::atomic<bool>& stop);

    Ledger& ledger() { return ledger_; }
    const std::vector<std::string>& problems() const { return problems_; }

private:
    bool step(client::Api& api);
    Result<Json> create(client::Api& api);
    Result<Json> update(client::Api& api);
    Result<Json> remove(client::Api& api);
    bool take(const Result<Json>& answer);
    std::string next_mark() { return prefix_ + "m" + std::to_string(++marks_); }

    const std::string prefix_;
    std::mt19937_64 random_;
    Ledger ledger_;
    std::uint64_t units_ = 0;
    std::uint64_t marks_ = 0;
    std::vector<std::string> problems_;
};

}  // namespace xos::crash
