#include "http/response_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <limits>
#include <utility>

namespace xos::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using ErrorCodeOut = beast::error_code;

constexpr std::uint32_t kHeadLimit = 256U << 10U;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

class ResponseParser::Grammar final : public beast::http::basic_parser<false> {
public:
    explicit Grammar(Expect expect) {
        header_limit(kHeadLimit);
        body_limit(std::numeric_limits<std::uint64_t>::max());  // No limit would compare as zero.
        skip(expect == Expect::NoBody);
    }

    void settle(const ErrorCodeOut& why) {
        if (why && why != error::need_more) {
            state = State::Failed;
            failure = why.message();
        } else if (is_header_done()) {
            state = is_done() ? State::Done : State::Body;
            eager(true);
        }
    }

    State state = State::Head;
    std::string failure;
    Response response;
    std::string body;

private:
    void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                         ErrorCodeOut& out) override {
        out = {};
    }
    void on_response_impl(int status, beast::string_view, int, ErrorCodeOut& out) override {
        out = {};
        response.status = status;
    }
    void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                       ErrorCodeOut& out) override {
        out = {};
        if (!head_done_)
            response.headers.add(view(name), view(value));
    }
    void on_header_impl(ErrorCodeOut& out) override {
        out = {};
        head_done_ = true;
    }
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

    bool head_done_ = false;
};

ResponseParser::ResponseParser(Expect expect)
    : expect_(expect), grammar_(std::make_unique<Grammar>(expect)) {}

ResponseParser::~ResponseParser() = default;

std::size_t ResponseParser::put(std::string_view data) {
    ErrorCodeOut why;
    const std::size_t taken = grammar_->put({data.data(), data.size()}, why);
    grammar_->settle(why);
    const int status = grammar_->response.status;
    if (state() == State::Done && status >= 100 && status < 200 && status != 101)
        grammar_ = std::make_unique<Grammar>(expect_);
    return taken;
}

void ResponseParser::put_end() {
    ErrorCodeOut why;
    if (grammar_->got_some())
        grammar_->put_eof(why);
    else
        why = error::end_of_stream;
    grammar_->settle(why);
}

ResponseParser::State ResponseParser::state() const {
    return grammar_->state;
}

Response& ResponseParser::response() {
    return grammar_->response;
}

bool ResponseParser::keep_alive() const {
    return state() == State::Done && grammar_->keep_alive();
}

std::string ResponseParser::take_body() {
    return std::exchange(grammar_->body, {});
}

const std::string& ResponseParser::failure() const {
    return grammar_->failure;
}

}  // namespace xos::http
