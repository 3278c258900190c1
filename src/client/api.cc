#include "client/api.h"

namespace xos::client {

namespace {

constexpr std::string_view kPrefix = "/xosapi/v1/";

std::string path_of(std::string_view plural, ObjectId id) {
    return std::string(plural) + "/" + std::to_string(id.value);
}

std::string with_query(std::string path, const http::Query& query) {
    if (!query.empty())
        path += "?" + http::format_query(query);
    return path;
}

Result<Json> parse_answer(const http::Response& response) {
    if (response.text().empty())
        return Json();
    return Json::parse(response.text());
}

}  // namespace

Error error_of(int status, std::string_view body) {
    const ErrorCode code = http::error_code_of(status);
    const auto problem = Json::parse(body);
    if (!problem || !problem->is_object()) {
        std::string message = "the server answered " + std::to_string(status);
        if (const auto phrase = http::reason_phrase(status); !phrase.empty())
            message += " (" + std::string(phrase) + ")";
        return Error{code, std::move(message)};
    }
    std::vector<ErrorDetail> details;
    if (const Json* fields = problem->find("fields"); fields && fields->as_object()) {
        for (const auto& [field, message] : *fields->as_object()) {
            const std::string* text = message.as_string();
            details.push_back({field, text ? *text : message.format()});
        }
    }
    std::string_view message = problem->text("detail");
    if (message.empty())
        message = problem->text("title", "the server says no more");
    return Error{code, std::string(message), std::move(details)};
}

Result<std::unique_ptr<Api>> Api::create(const std::string& url, Options options) {
    auto api =
        std::unique_ptr<Api>(new Api(TRY(http::Client::create(url, std::move(options.http)))));
    api->token_ = std::move(options.token);
    return api;
}

Result<http::Response> Api::send(http::Client::Call call) {
    if (!token_.empty())
        call.headers.set("Authorization", "Bearer " + token_);
    call.target = std::string(kPrefix) + call.target;
    auto response = TRY(http_->send(call));
    if (response.status >= 300)
        return error_of(response.status, response.text());
    return response;
}

Result<Json> Api::call(std::string_view method, std::string_view path, const Json& body,
                       const http::Headers& headers) {
    http::Client::Call call{
        .method = std::string(method), .target = std::string(path), .headers = headers};
    if (!body.is_null()) {
        call.headers.set("Content-Type", "application/json");
        call.body = body.format();
    }
    return parse_answer(TRY(send(std::move(call))));
}

Result<std::unique_ptr<http::EventStream>> Api::open_events(std::string_view path,
                                                            const http::Headers& headers) {
    http::Headers all = headers;
    if (!token_.empty())
        all.set("Authorization", "Bearer " + token_);
    return http_->open_events(std::string(kPrefix) + std::string(path), all);
}

Result<std::string> Api::login(std::string_view email, std::string_view password,
                               std::string_view name) {
    Json body;
    body.set("email", email);
    body.set("password", password);
    body.set("name", name);
    const Json answer = TRY(call("POST", "utility/login", body));
    const std::string_view token = answer.text("token");
    if (token.empty())
        return Error{ErrorCode::Malformed, "the answer to the login has no token"};
    token_ = token;
    return token_;
}

Result<Page> Api::list(std::string_view plural, http::Query query) {
    Json answer = TRY(call("GET", with_query(std::string(plural), query)));
    Json* items = answer.find("items");
    if (!items || !items->as_array())
        return Error{ErrorCode::Malformed, "the answer is no list"};
    return Page{.items = std::move(*items->as_array()),
                .revision = Revision{static_cast<std::uint64_t>(answer.number("revision"))},
                .next = std::string(answer.text("next"))};
}

Result<std::vector<Json>> Api::list_all(std::string_view plural, http::Query query) {
    std::vector<Json> all;
    std::string next;
    do {
        http::Query page_query = query;
        if (!next.empty())
            page_query.emplace_back("after", next);
        Page page = TRY(list(plural, std::move(page_query)));
        all.insert(all.end(), std::make_move_iterator(page.items.begin()),
                   std::make_move_iterator(page.items.end()));
        next = std::move(page.next);
    } while (!next.empty());
    return all;
}

Result<Json> Api::get(std::string_view plural, ObjectId id) {
    return call("GET", path_of(plural, id));
}

Result<Json> Api::write(std::string_view method, std::string path, const Json& body,
                        const WriteOptions& options) {
    http::Query query;
    if (options.mode == WriteOptions::Mode::Plan)
        query.emplace_back("plan", "1");
    if (!options.if_plan.empty())
        query.emplace_back("if_plan", options.if_plan);
    if (options.cascade == WriteOptions::Cascade::Yes)
        query.emplace_back("cascade", "1");
    http::Headers headers;
    if (options.if_match)
        headers.set("If-Match", "\"" + std::to_string(options.if_match->value) + "\"");
    if (!options.idempotency_key.empty())
        headers.set("Idempotency-Key", options.idempotency_key);
    return call(method, with_query(std::move(path), query), body, headers);
}

Result<Json> Api::create(std::string_view plural, const Json& fields, WriteOptions options) {
    return write("POST", std::string(plural), fields, options);
}

Result<Json> Api::update(std::string_view plural, ObjectId id, const Json& fields,
                         WriteOptions options) {
    return write("PATCH", path_of(plural, id), fields, options);
}

Result<Json> Api::remove(std::string_view plural, ObjectId id, WriteOptions options) {
    return write("DELETE", path_of(plural, id), {}, options);
}

Result<Json> Api::transact(const Json& operations, WriteOptions options) {
    Json body;
    body.set("operations", operations);
    return write("POST", "transactions", body, options);
}

Result<Json> Api::run_recipe(std::string_view verb, std::string_view text, WriteOptions options,
                             std::string_view file) {
    http::Query query;
    if (options.mode == WriteOptions::Mode::Plan)
        query.emplace_back("plan", "1");
    if (!file.empty())
        query.emplace_back("file", file);
    if (!options.if_plan.empty())
        query.emplace_back("if_plan", options.if_plan);
    http::Client::Call call{.method = "POST",
                            .target = with_query("recipes/" + std::string(verb), query),
                            .headers = {{"Content-Type", "application/yaml"}},
                            .body = std::string(text)};
    return parse_answer(TRY(send(std::move(call))));
}

Result<Json> Api::upload(std::string_view plural, ObjectId id, const std::string& path,
                         std::function<void(std::uint64_t sent, std::uint64_t total)> on_progress) {
    auto file = TRY(http::FileRange::open(path));
    http::Client::Call call{.method = "PUT",
                            .target = path_of(plural, id) + "/content",
                            .headers = {{"Content-Type", "application/octet-stream"}},
                            .body = std::move(file),
                            .on_progress = std::move(on_progress)};
    return parse_answer(TRY(send(std::move(call))));
}

Result<void> Api::download(std::string_view plural, ObjectId id,
                           std::function<Result<void>(std::string_view piece)> receive) {
    http::Client::Call call{.target = path_of(plural, id) + "/content",
                            .receive = std::move(receive)};
    TRY(send(std::move(call)));
    return {};
}

Result<std::vector<schema::Source>> Api::sources() {
    const Json answer = TRY(call("GET", "xproto"));
    const Json* list = answer.find("sources");
    if (!list || !list->as_array())
        return Error{ErrorCode::Malformed, "the answer has no sources"};
    std::vector<schema::Source> sources;
    for (const Json& one : *list->as_array()) {
        sources.push_back({.file = std::string(one.text("file")),
                           .app = std::string(one.text("app")),
                           .text = std::string(one.text("text"))});
    }
    return sources;
}

}  // namespace xos::client
