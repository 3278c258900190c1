#include "http/client.h"
#include "http/server.h"
#include "http/testing/raw_socket.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace xos::http {
namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// A certificate for localhost and 127.0.0.1 that vouches for itself, and its key, as files.
class SelfSigned {
public:
    SelfSigned() {
        REQUIRE(::mkdtemp(folder_.data()) != nullptr);
        const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
        const std::unique_ptr<X509, Free> certificate(X509_new());
        X509_set_version(certificate.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        X509_set_pubkey(certificate.get(), key.get());
        X509_NAME* const name = X509_get_subject_name(certificate.get());
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        X509_set_issuer_name(certificate.get(), name);
        X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                          "DNS:localhost,IP:127.0.0.1");
        X509_add_ext(certificate.get(), names, -1);
        X509_EXTENSION_free(names);
        REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0);
        const std::unique_ptr<std::FILE, Free> to(std::fopen(path("cert").c_str(), "w"));
        PEM_write_X509(to.get(), certificate.get());
        const std::unique_ptr<std::FILE, Free> key_to(std::fopen(path("key").c_str(), "w"));
        PEM_write_PrivateKey(key_to.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    }
    ~SelfSigned() {
        ::unlink(path("cert").c_str());
        ::unlink(path("key").c_str());
        ::rmdir(folder_.c_str());
    }
    std::string path(std::string_view file) const { return folder_ + "/" + std::string(file); }

private:
    std::string folder_ = "/tmp/xos_http_tls_XXXXXX";
};

std::unique_ptr<Server> serve(const SelfSigned& identity, Server::Handler handler,
                              Server::Options options = {}) {
    options.tls_certificate = identity.path("cert");
    options.tls_key = identity.path("key");
    auto server = Server::start(std::move(options), std::move(handler));
    REQUIRE(server);
    return std::move(server).value();
}

void echo(Request&& request, Responder responder) {
    responder.respond(
        {.headers = {{"Secure", request.secure ? "yes" : "no"}}, .body = std::move(request.body)});
}

std::string url(const Server& server, std::string_view host = "127.0.0.1") {
    return "https://" + std::string(host) + ":" + std::to_string(server.port());
}

TEST_CASE("a client that trusts the certificate talks to the server by address and name") {
    const SelfSigned identity;
    const auto server = serve(identity, echo);
    for (const char* host : {"127.0.0.1", "localhost"}) {
        const auto client = Client::connect(url(*server, host), {.tls_ca = identity.path("cert")});
        REQUIRE(client);
        for (int i = 0; i < 3; ++i) {
            const auto answer = (*client)->request("POST", "/", "text/plain", "hello");
            REQUIRE(answer);
            CHECK(answer->text() == "hello");
            CHECK(answer->headers.text("Secure") == "yes");
        }
    }
    CHECK(server->counters().accepted == 2);
}

TEST_CASE("a client that does not trust the certificate does not talk, unless told to") {
    const SelfSigned identity;
    const SelfSigned other;
    const auto server = serve(identity, echo);
    for (const std::string& authority : {std::string(), other.path("cert")})
        CHECK(Client::connect(url(*server), {.tls_ca = authority}).error().code() ==
              ErrorCode::Unavailable);
    const auto blind =
        Client::connect(url(*server), {.tls_verify = Client::Options::Verify::Nothing});
    REQUIRE(blind);
    CHECK((*blind)->get("/")->status == 200);
    CHECK(Client::create("https://a", {.tls_ca = "/nowhere"}).error().code() == ErrorCode::Invalid);
}

TEST_CASE("a certificate for another name is not believed") {
    const SelfSigned identity;
    const auto server = serve(identity, echo);
    const auto client =
        Client::connect(url(*server, "127.0.0.2"), {.tls_ca = identity.path("cert")});
    CHECK(client.error().code() == ErrorCode::Unavailable);
}

TEST_CASE("large bodies and streams pass through TLS whole") {
    const SelfSigned identity;
    const auto server = serve(identity, [](Request&& request, Responder responder) {
        if (request.path != "/events")
            return responder.respond({.body = std::move(request.body)});
        Stream stream = responder.open_stream({});
        for (int i = 0; i < 100; ++i)
            stream.send(std::make_shared<const std::string>(
                format_event({std::to_string(i), "put", std::string(5000, 'x')})));
    });
    const auto client = Client::connect(url(*server), {.tls_ca = identity.path("cert")});
    REQUIRE(client);
    const std::string large(3'000'000, 'y');
    CHECK((*client)->request("POST", "/", "", large)->text() == large);
    const auto events = (*client)->open_events("/events");
    REQUIRE(events);
    for (int i = 0; i < 100; ++i)
        REQUIRE((*events)->next(Duration(5'000)).value()->id == std::to_string(i));
    CHECK(!(*events)->next(Duration(5'000)));
}

TEST_CASE("a client that speaks no TLS is dropped, a silent one in time") {
    const SelfSigned identity;
    const auto server = serve(identity, echo, {.head_timeout = Duration(50)});
    RawSocket plain(server->port());
    plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(plain.read_all().find("HTTP") == std::string::npos);
    RawSocket silent(server->port());
    CHECK(silent.read_all().empty());
}

TEST_CASE("a TLS server stops with clients connected") {
    const SelfSigned identity;
    const auto server = serve(identity, echo);
    const auto client = Client::connect(url(*server), {.tls_ca = identity.path("cert")});
    CHECK((*client)->get("/")->status == 200);
    server->stop(Duration(5'000));
    CHECK(server->counters().open_connections == 0);
    CHECK((*client)->get("/").error().code() == ErrorCode::Unavailable);
}

TEST_CASE("a key that does not fit the certificate is refused") {
    const SelfSigned one;
    const SelfSigned other;
    const auto server =
        Server::start({.tls_certificate = one.path("cert"), .tls_key = other.path("key")}, echo);
    CHECK(server.error().code() == ErrorCode::Invalid);
}

}  // namespace
}  // namespace xos::http
