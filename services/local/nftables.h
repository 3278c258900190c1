#pragma once

#include "base/result.h"
#include "services/local/network_namespace.h"

#include <memory>
#include <string>

struct nft_ctx;

namespace xos::local {

/// The packet filter of one network namespace, by libnftables. One thread at a time.
class Nftables {
public:
    static Result<Nftables> open(const NetworkNamespace& where);

    /// Carries out commands in the language of `nft`, all or none of them. The error holds the
    /// filter's own words.
    Result<void> run(const std::string& commands);
    /// The same, and what the commands print.
    Result<std::string> ask(const std::string& commands);

private:
    struct Close {
        void operator()(nft_ctx* context) const;
    };

    explicit Nftables(nft_ctx* context) : context_(context) {}

    std::unique_ptr<nft_ctx, Close> context_;
};

}  // namespace xos::local
