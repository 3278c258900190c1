#include "api/operator_routes.h"

#include "api/descriptions.h"
#include "api/executor.h"
#include "api/graph.h"
#include "api/openapi.h"
#include "base/crypto.h"
#include "kernel/kernel.h"

namespace xos::api {

namespace {

std::shared_ptr<const std::string> share(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

void answer_text(const CallPointer& call, std::string text, int status = 200) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.headers.add("Cache-Control", "no-store");
    response.body = std::move(text);
    call->answer(std::move(response));
}

/// Answers with a text that stays the same while the process runs.
void answer_shared(const CallPointer& call, const std::shared_ptr<const std::string>& text) {
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "private, no-cache");
    const std::string tag = "\"" + sha256_hex(*text).substr(0, 16) + "\"";
    response.headers.add("ETag", tag);
    if (call->request.headers.text("If-None-Match") == tag)
        response.status = 304;
    else
        response.body = text;
    call->answer(std::move(response));
}

}  // namespace

OperatorRoutes::OperatorRoutes(const Parts& parts, const WatchHub& watch)
    : parts_(parts),
      watch_(watch),
      modeldefs_(share(format_modeldefs(parts.kernel.schema()))),
      xproto_(share(format_sources(parts.kernel.schema()))),
      revision_(parts.metrics.gauge({"xos_revision", "Revision of the model."})),
      objects_(parts.metrics.gauge({"xos_objects", "Objects in the model."})),
      streams_(parts.metrics.gauge({"xos_watch_streams", "Open streams of changes."})) {}

void OperatorRoutes::add_to(Router& router) {
    const auto add = [&](std::string_view path, Handle handle, Route::For whom) {
        router.add({"GET", path, std::move(handle), whom});
    };
    add("/healthz", healthz, Route::For::Anyone);
    add(
        "/readyz", [this](const CallPointer& call) { readyz(call); }, Route::For::Anyone);
    add(
        "/metrics", [this](const CallPointer& call) { metrics(call); }, Route::For::Known);
    add(
        "/xosapi/v1/modeldefs", [this](const CallPointer& call) { modeldefs(call); },
        Route::For::Known);
    add(
        "/xosapi/v1/openapi.json", [this](const CallPointer& call) { openapi(call); },
        Route::For::Known);
    add(
        "/xosapi/v1/graph", [this](const CallPointer& call) { graph(call); }, Route::For::Known);
    add(
        "/xosapi/v1/violations", [this](const CallPointer& call) { violations(call); },
        Route::For::Known);
    add(
        "/xosapi/v1/xproto", [this](const CallPointer& call) { xproto(call); }, Route::For::Known);
}

void OperatorRoutes::openapi(const CallPointer& call) {
    parts_.workers.post([this, call] {
        auto text = openapi_.with([](const auto& known) { return known; });
        if (!text) {
            text = share(format_openapi(parts_.kernel.schema()));
            openapi_.with([&](auto& known) { known = text; });
        }
        answer_shared(call, text);
    });
}

void OperatorRoutes::graph(const CallPointer& call) const {
    parts_.workers.post([this, call] {
        const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(),
                            call->identity.principal);
        call->answer_json(format_graph(reader));
    });
}

void OperatorRoutes::violations(const CallPointer& call) const {
    parts_.workers.post([this, call] {
        const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(),
                            call->identity.principal);
        const auto found = parts_.kernel.violations(reader.snapshot());
        call->answer_json(format_violations(reader, found));
    });
}

void OperatorRoutes::healthz(const CallPointer& call) {
    answer_text(call, "ok\n");
}

void OperatorRoutes::readyz(const CallPointer& call) const {
    if (parts_.is_ready && !parts_.is_ready())
        return call->refuse({ErrorCode::Unavailable, "the server is not ready yet"});
    // Reads go on; who spreads writes over servers is to know that they fail here.
    if (const auto trouble = parts_.kernel.trouble())
        return call->refuse({ErrorCode::Unavailable, trouble->message()});
    answer_text(call, "ok\n");
}

void OperatorRoutes::metrics(const CallPointer& call) const {
    const auto snapshot = parts_.kernel.snapshot();
    if (!parts_.kernel.access().sees_all(snapshot->view(), call->identity.principal))
        return call->refuse({ErrorCode::PermissionDenied, "only root reads metrics"});
    revision_.set(static_cast<double>(snapshot->revision().value));
    objects_.set(static_cast<double>(snapshot->view().tree(model::Layout::kTypes).size()));
    streams_.set(static_cast<double>(watch_.stream_count()));
    answer_text(call, parts_.metrics.format());
}

void OperatorRoutes::modeldefs(const CallPointer& call) const {
    answer_shared(call, modeldefs_);
}

void OperatorRoutes::xproto(const CallPointer& call) const {
    answer_shared(call, xproto_);
}

}  // namespace xos::api
