#include "api/testing/api_world.h"

#include "api/accounts.h"
#include "api/testing/test_models.h"
#include "base/check.h"
#include "base/crypto.h"
#include "http/testing/wait_until.h"
#include "http/url.h"

#include <utility>

namespace xos::api {

namespace {

std::shared_ptr<const schema::Schema> test_schema() {
    auto built = schema::Schema::build({{"test.xproto", "core", std::string(test_models())}});
    if (const auto* problems = std::get_if<schema::Problems>(&built))
        XOS_CHECK(false, schema::format(*problems).c_str());
    return std::get<std::shared_ptr<const schema::Schema>>(built);
}

}  // namespace

ApiWorld::ApiWorld(const Adjust& adjust) {
    const auto schema = test_schema();
    const auto id = [&](std::string_view name) { return schema->find_type(name)->id; };
    access::ServiceRights rights;
    rights.reads = {id("Instance"), id("Slice"), id("Image"), id("Controller")};
    auto kernel = kernel::Kernel::open(
        {.schema = schema,
         .journal = journal_,
         .clock = wall_clock_,
         .rules = {},
         .access = access::Access({{"local", rights}}),
         .observations = {{.service = "local", .type = id("Instance"), .select = {}}}});
    XOS_CHECK(kernel.has_value(), "the test's kernel does not open");
    kernel_ = std::move(kernel).value();
    Parts parts{.kernel = *kernel_,
                .clock = clock_,
                .wall_clock = wall_clock_,
                .random = random_,
                .log = log_,
                .metrics = metrics_,
                .workers = workers_,
                .delivery = delivery_};
    parts.options.content_directory = directory_.path();
    if (adjust)
        adjust(parts);
    auto api = Api::create(std::move(parts));
    XOS_CHECK(api.has_value(), "the test's API cannot be made");
    api_ = std::move(api).value();
    thread_ = std::thread([this] { kernel_->run(); });
    fill();
}

ApiWorld::~ApiWorld() {
    kernel_->stop();
    thread_.join();
    workers_.stop();
    delivery_.stop();
}

void ApiWorld::fill() {
    const auto create = [&](std::string_view type_name,
                            const std::vector<std::pair<std::string_view, model::Value>>& fields) {
        const schema::Type& type = *kernel_->schema().find_type(type_name);
        kernel::Operation operation{.kind = kernel::Operation::Kind::Create, .type = type.id};
        for (const auto& [name, value] : fields)
            operation.fields.emplace_back(*type.find_field_index(name), value);
        const auto done = kernel_->commit({.principal = {}, .operations = {operation}});
        XOS_CHECK(done.has_value(), done ? "" : done.error().message().c_str());
        return static_cast<std::int64_t>(done->outcome.ids[0].value);
    };
    site = create("Site", {{"login_base", std::string("mysite")}});
    const ObjectId home{static_cast<std::uint64_t>(site)};
    const std::string hash = *hash_password("secret", {.passes = 1, .memory = 8192});
    const auto user = [&](std::string email, bool is_admin) {
        return create("User", {{"email", std::move(email)},
                               {"password", hash},
                               {"is_admin", is_admin},
                               {"site", home}});
    };
    root = user("root@x", true);
    ann = user("ann@x", false);
    local = create("Service", {{"name", std::string("local")}});
    const auto accounts = Accounts::create(kernel_->schema());
    root_token_ = make_token(*accounts, root);
    ann_token_ = make_token(*accounts, ann);
    local_token_ = *api_->make_service_token("local");
}

std::string ApiWorld::make_token(const Accounts& accounts, std::int64_t user) {
    const model::Row* row =
        kernel_->snapshot()->view().find(ObjectId{static_cast<std::uint64_t>(user)});
    std::string secret = make_secret(random_);
    const auto done = kernel_->commit(
        {.principal = {},
         .operations = {accounts.make_token(
             {.owner = accounts.principal_of_user(*row), .name = "test"}, secret)}});
    XOS_CHECK(done.has_value(), "the test's token");
    return secret;
}

std::shared_ptr<http::FakeExchange> ApiWorld::begin(Request request,
                                                    std::deque<std::string> pieces) {
    http::Request full;
    full.method = std::move(request.method);
    full.target = request.target;
    const std::size_t mark = request.target.find('?');
    full.path = *http::percent_decode(request.target.substr(0, mark));
    if (mark != std::string::npos)
        full.query = *http::parse_query(request.target.substr(mark + 1));
    full.headers = std::move(request.headers);
    full.body = std::move(request.body);
    full.peer = "127.0.0.1";
    auto exchange = std::make_shared<http::FakeExchange>(std::move(pieces));
    api_->handler()(std::move(full), http::Responder(exchange));
    return exchange;
}

Answer ApiWorld::finish(http::FakeExchange& exchange) {
    Answer answer;
    if (!http::wait_until([&] { return exchange.response() || exchange.was_abandoned(); }))
        return answer;
    const auto response = exchange.response();
    if (!response)
        return answer;
    answer.status = response->status;
    answer.headers = response->headers;
    answer.text = std::string(response->text());
    if (auto json = Json::parse(answer.text))
        answer.json = std::move(*json);
    return answer;
}

Answer ApiWorld::send_bare(Request request) {
    return finish(*begin(std::move(request)));
}

Answer ApiWorld::send(Request request, std::string_view token) {
    request.headers.add("Authorization",
                        "Bearer " + (token.empty() ? root_token_ : std::string(token)));
    return send_bare(std::move(request));
}

Answer ApiWorld::get(std::string target, std::string_view token) {
    return send({"GET", std::move(target), "", {}}, token);
}

Answer ApiWorld::post(std::string target, std::string body, std::string_view token) {
    return send({"POST", std::move(target), std::move(body), {}}, token);
}

Answer ApiWorld::patch(std::string target, std::string body, std::string_view token) {
    return send({"PATCH", std::move(target), std::move(body), {}}, token);
}

Answer ApiWorld::remove(std::string target, std::string_view token) {
    return send({"DELETE", std::move(target), "", {}}, token);
}

Answer ApiWorld::upload(Request request, std::deque<std::string> pieces) {
    request.headers.add("Authorization", "Bearer " + root_token_);
    return finish(*begin(std::move(request), std::move(pieces)));
}

Events ApiWorld::open(std::string target, std::string_view token, std::string_view last) {
    Request request{"GET", std::move(target), "", {}};
    request.headers.add("Authorization",
                        "Bearer " + (token.empty() ? root_token_ : std::string(token)));
    if (!last.empty())
        request.headers.add("Last-Event-ID", last);
    return Events(begin(std::move(request)));
}

std::int64_t ApiWorld::make(std::string_view path, std::string body) {
    const Answer made = post("/xosapi/v1/" + std::string(path), std::move(body));
    XOS_CHECK(made.status == 201, made.text.c_str());
    return made.id();
}

}  // namespace xos::api
