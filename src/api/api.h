#pragma once

#include "api/parts.h"
#include "base/result.h"
#include "http/server.h"

#include <memory>
#include <string>
#include <string_view>

namespace xos::api {

/// The whole HTTP API: finds the route of each request, recognizes who sends it, and has it
/// answered from the model or by the kernel. It has no rules of its own.
///
/// Never waits on the thread of a request. Makes no threads. Its listener is added to the kernel
/// when it is made, so before the kernel runs. Server and executors have stopped before it goes.
class Api {
public:
    /// Invalid when the schema lacks the core types that signing in needs.
    static Result<std::unique_ptr<Api>> create(Parts parts);
    ~Api();

    /// Handles requests; thread-safe. Precondition: this outlives the server.
    http::Server::Handler handler();
    /// Sets what the server must know of the API: how bodies are taken, limits, problem documents.
    void configure(http::Server::Options& options);

    /// Makes a token by which the synchronizer of the Service called `name` signs in, and returns
    /// it: it is shown once, and the one made before ends. Waits for the commit, so not on the
    /// commit thread. NotFound without such a Service.
    Result<std::string> make_service_token(std::string_view name);

private:
    struct Rooms;

    explicit Api(Parts parts);
    Result<void> open();
    void add_routes();
    void handle(http::Request&& request, http::Responder responder);

    const Parts parts_;
    std::unique_ptr<Rooms> rooms_;
};

}  // namespace xos::api
