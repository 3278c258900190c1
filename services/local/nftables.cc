#include "services/local/nftables.h"

extern "C" {
#include <nftables/libnftables.h>
}

namespace xos::local {

void Nftables::Close::operator()(nft_ctx* context) const {
    ::nft_ctx_free(context);
}

Result<Nftables> Nftables::open(const NetworkNamespace& where) {
    // The library opens its socket here, so all later calls speak to that namespace.
    return where.inside([]() -> Result<Nftables> {
        nft_ctx* context = ::nft_ctx_new(NFT_CTX_DEFAULT);
        if (context == nullptr)
            return Error(ErrorCode::Unavailable, "nftables cannot be reached");
        ::nft_ctx_buffer_output(context);
        ::nft_ctx_buffer_error(context);
        return Nftables(context);
    });
}

Result<void> Nftables::run(const std::string& commands) {
    TRY(ask(commands));
    return {};
}

Result<std::string> Nftables::ask(const std::string& commands) {
    const int failed = ::nft_run_cmd_from_buffer(context_.get(), commands.c_str());
    const std::string said = ::nft_ctx_get_error_buffer(context_.get());
    std::string printed = ::nft_ctx_get_output_buffer(context_.get());
    if (failed == 0)
        return printed;
    const bool is_absent = said.find("No such file or directory") != std::string::npos;
    return Error(is_absent ? ErrorCode::NotFound : ErrorCode::Unavailable, "nftables: " + said);
}

}  // namespace xos::local
