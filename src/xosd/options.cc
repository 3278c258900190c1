#include "xosd/options.h"

#include "base/text.h"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace xos::xosd {

namespace {

Result<void> parse_listen(const std::string& listen, Options& options) {
    const std::size_t colon = listen.rfind(':');
    const auto port =
        colon == std::string::npos ? std::nullopt : parse_int(listen.substr(colon + 1));
    if (!port || *port < 0 || *port > 65535)
        return Error{ErrorCode::Invalid,
                     "--listen wants ADDRESS:PORT such as 127.0.0.1:9101, not \"" + listen + "\""};
    options.address = listen.substr(0, colon);
    if (options.address.size() > 2 && options.address.front() == '[')
        options.address = options.address.substr(1, options.address.size() - 2);
    options.port = static_cast<std::uint16_t>(*port);
    return {};
}

bool is_loopback(const std::string& address) {
    return address.rfind("127.", 0) == 0 || address == "::1";
}

/// The same path from everywhere: the parts of xosd have other working folders.
Result<std::string> absolute(const std::string& path) {
    std::error_code error;
    auto full = std::filesystem::absolute(path, error);
    if (error)
        return Error{ErrorCode::Invalid, path + ": " + error.message()};
    return full.lexically_normal().string();
}

}  // namespace

Result<Options> parse_options(int count, const char* const* arguments) {
    Options options;
    std::string listen = "127.0.0.1:9101", level = "info";
    bool allow_plain = false, rotates_key = false, restores = false;
    CLI::App app("The kernel of XOS: one model of the cloud, its API, and its services", "xosd");
    app.add_option("--data", options.data, "folder of the model; made when it is missing")
        ->required();
    app.add_option("--listen", listen, "where the API listens")->capture_default_str();
    app.add_option("--services", options.services, "folder that holds folders of services");
    auto* certificate =
        app.add_option("--tls-cert", options.tls_certificate, "PEM file of the certificate");
    auto* key = app.add_option("--tls-key", options.tls_key, "PEM file of its key");
    certificate->needs(key);
    key->needs(certificate);
    app.add_flag("--allow-plain", allow_plain, "listen beyond loopback without TLS");
    auto* rotate =
        app.add_flag("--rotate-key", rotates_key, "add a key for sealing secrets, and end");
    app.add_flag("--restore", restores, "begin the lineage of a backup put in place, and end")
        ->excludes(rotate);
    app.add_option("--log-level", level, "debug, info, warning or error")->capture_default_str();
    try {
        app.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        return Error{ErrorCode::NotFound, app.help()};
    } catch (const CLI::ParseError& error) {
        return Error{ErrorCode::Invalid, error.what()};
    }
    if (rotates_key)
        options.task = Options::Task::RotateKey;
    else if (restores)
        options.task = Options::Task::Restore;
    TRY(parse_listen(listen, options));
    options.log_level = TRY(parse_log_level(level));
    options.data = TRY(absolute(options.data));
    for (std::string& folder : options.services)
        folder = TRY(absolute(folder));
    if (!is_loopback(options.address) && options.tls_certificate.empty() && !allow_plain)
        return Error{ErrorCode::Invalid, "listening on " + options.address +
                                             " without TLS would show passwords to the network: "
                                             "give --tls-cert and --tls-key, or --allow-plain"};
    return options;
}

}  // namespace xos::xosd
