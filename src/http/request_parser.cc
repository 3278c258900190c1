#include "http/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace xos::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using ErrorCodeOut = beast::error_code;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

/// Fills `path` and `query` from `target`; false when it is no target.
bool split_target(Request& request) {
    std::string_view rest = request.target;
    if (rest == "*") {
        request.path = "*";
        return true;
    }
    if (!rest.starts_with('/')) {
        // The absolute form, as sent to proxies, must be understood by every server.
        const auto scheme = rest.find("://");
        if (scheme == std::string_view::npos)
            return false;
        rest.remove_prefix(std::min(rest.find('/', scheme + 3), rest.size()));
        if (rest.empty())
            rest = "/";
    }
    rest = rest.substr(0, rest.find('#'));
    const auto mark = std::min(rest.find('?'), rest.size());
    auto path = percent_decode(rest.substr(0, mark));
    if (!path)
        return false;
    request.path = std::move(*path);
    if (mark == rest.size())
        return true;
    auto query = parse_query(rest.substr(mark + 1));
    if (!query)
        return false;
    request.query = std::move(*query);
    return true;
}

}  // namespace

class RequestParser::Grammar final : public beast::http::basic_parser<true> {
public:
    explicit Grammar(const Limits& limits) : limits_(limits) {
        header_limit(static_cast<std::uint32_t>(limits.head));
        body_limit(std::numeric_limits<std::uint64_t>::max());  // No limit would compare as zero.
    }

    std::size_t put_some(std::string_view data);
    void fail(int status, std::string text) {
        state = State::Failed;
        failure = {status, std::move(text)};
    }

    State state = State::Head;
    Failure failure;
    Request request;
    std::string body;
    bool expects_continue = false;
    bool http_1_0 = false;

private:
    using Base = beast::http::basic_parser<true>;

    void refuse(ErrorCodeOut& out, int status, std::string text) {
        fail(status, std::move(text));
        out = error::bad_field;
    }
    void finish_head();
    void explain(const ErrorCodeOut& why);

    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                         int version, ErrorCodeOut& out) override;
    void on_field_impl(beast::http::field which, beast::string_view name, beast::string_view value,
                       ErrorCodeOut& out) override;
    void on_header_impl(ErrorCodeOut& out) override { out = {}; }
    void on_response_impl(int, beast::string_view, int, ErrorCodeOut& out) override { out = {}; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCodeOut& out) override {
        out = {};
    }
    std::size_t on_body_impl(beast::string_view piece, ErrorCodeOut& out) override {
        out = {};
        body.append(piece.data(), piece.size());
        return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, ErrorCodeOut& out) override {
        out = {};
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece,
                                   ErrorCodeOut& out) override {
        return on_body_impl(piece, out);
    }
    void on_finish_impl(ErrorCodeOut& out) override { out = {}; }

    const Limits limits_;
    std::size_t head_bytes_ = 0;
    std::size_t hosts_ = 0;
    bool head_done_ = false;
};

std::size_t RequestParser::Grammar::put_some(std::string_view data) {
    // Some clients put an empty line after a body.
    if (!got_some() && data.starts_with('\r'))
        return data.size() == 1 ? 0 : data[1] == '\n' ? 2 : (fail(400, "a stray CR"), 0);
    ErrorCodeOut why;
    const std::size_t taken = put(boost::asio::const_buffer(data.data(), data.size()), why);
    if (why == error::need_more)
        why = {};
    if (why && state != State::Failed)
        explain(why);
    if (state == State::Failed)
        return taken;
    if (!head_done_ && is_header_done())
        finish_head();
    if (state != State::Failed && is_header_done())
        state = is_done() ? State::Done : State::Body;
    return taken;
}

void RequestParser::Grammar::finish_head() {
    head_done_ = true;
    eager(true);
    if (hosts_ > 1 || (hosts_ == 0 && !http_1_0))
        return fail(400, "wants one Host header");
    if (!split_target(request))
        return fail(400, "the request target cannot be read");
}

void RequestParser::Grammar::on_request_impl(beast::http::verb, beast::string_view method,
                                             beast::string_view target, int version,
                                             ErrorCodeOut& out) {
    out = {};
    if (target.size() > limits_.line)
        return refuse(
            out, 414,
            "the request target is longer than " + std::to_string(limits_.line) + " bytes");
    if (method.size() > 32)
        return refuse(out, 501, "no method has such a long name");
    http_1_0 = version == 10;
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
    head_bytes_ = method.size() + target.size();
}

void RequestParser::Grammar::on_field_impl(beast::http::field which, beast::string_view name,
                                           beast::string_view value, ErrorCodeOut& out) {
    out = {};
    head_bytes_ += name.size() + value.size() + 4;
    if (name.size() + value.size() > limits_.line)
        return refuse(out, 431,
                      "a header is longer than " + std::to_string(limits_.line) + " bytes");
    if (head_bytes_ > limits_.head)
        return refuse(out, 431,
                      "the headers are longer than " + std::to_string(limits_.head) + " bytes");
    if (head_done_)
        return;  // Trailers are bounded and not kept: they must not pass for headers.
    if (request.headers.size() >= limits_.headers)
        return refuse(out, 431, "more than " + std::to_string(limits_.headers) + " headers");
    if (which == beast::http::field::host)
        ++hosts_;
    if (which == beast::http::field::transfer_encoding &&
        (http_1_0 || !equal_names(view(value), "chunked")))
        return refuse(out, 501, "the only transfer encoding understood is \"chunked\"");
    if (which == beast::http::field::expect) {
        if (!equal_names(view(value), "100-continue"))
            return refuse(out, 417, "the only expectation understood is \"100-continue\"");
        expects_continue = !http_1_0;
    }
    request.headers.add(view(name), view(value));
}

void RequestParser::Grammar::explain(const ErrorCodeOut& why) {
    if (why == error::header_limit)
        return fail(431, "the headers are longer than " + std::to_string(limits_.head) + " bytes");
    if (why == error::body_limit)
        return fail(413, "the body is too long");
    if (why == error::bad_version)
        return fail(505, "the versions understood are HTTP/1.1 and HTTP/1.0");
    fail(400, "the request cannot be read: " + why.message());
}

RequestParser::RequestParser(Limits limits)
    : limits_(limits), grammar_(std::make_unique<Grammar>(limits)) {}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view data) {
    return grammar_->put_some(data);
}

RequestParser::State RequestParser::state() const {
    return grammar_->state;
}

Request& RequestParser::request() {
    return grammar_->request;
}

bool RequestParser::keep_alive() const {
    return grammar_->is_header_done() && grammar_->keep_alive();
}

bool RequestParser::is_http_1_0() const {
    return grammar_->http_1_0;
}

bool RequestParser::expects_continue() const {
    return grammar_->expects_continue;
}

std::optional<std::uint64_t> RequestParser::content_length() const {
    const auto length = grammar_->content_length();
    return length ? std::optional(*length) : std::nullopt;
}

void RequestParser::set_body_limit(std::uint64_t limit) {
    grammar_->body_limit(limit);
}

std::string RequestParser::take_body() {
    return std::exchange(grammar_->body, {});
}

bool RequestParser::has_body() const {
    return !grammar_->body.empty();
}

bool RequestParser::is_fresh() const {
    return !grammar_->got_some();
}

const RequestParser::Failure& RequestParser::failure() const {
    return grammar_->failure;
}

void RequestParser::reset() {
    grammar_ = std::make_unique<Grammar>(limits_);
}

}  // namespace xos::http
