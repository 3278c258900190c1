#include "http/client.h"

#include "http/answer.h"

#include <algorithm>
#include <utility>

namespace xos::http {
namespace {

constexpr std::size_t kFilePiece = 128U << 10U;

bool is_idempotent(const Client::Call& call) {
    return call.method == "GET" || call.method == "HEAD" || call.method == "PUT" ||
           call.method == "DELETE" || call.method == "OPTIONS" ||
           call.headers.find("Idempotency-Key").has_value();
}

bool wants_length(const Client::Call& call) {
    return call.method != "GET" && call.method != "HEAD" && call.method != "DELETE";
}

bool is_clean(std::string_view target) {
    return std::none_of(target.begin(), target.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) == 0x7f;
    });
}

}  // namespace

class Client::State {
public:
    State(Url to, Options with) : url(std::move(to)), options(std::move(with)) {
        prefix = url.target.substr(0, url.target.find('?'));
        while (prefix.ends_with('/'))
            prefix.pop_back();
    }

    Result<std::unique_ptr<Channel>> connect() const;
    /// Sends `call` and reads the head of its answer; `sent` tells whether anything went out.
    Result<std::unique_ptr<Answer>> begin(const Call& call, std::unique_ptr<Channel> channel,
                                          bool& sent) const;
    /// The same on the kept connection, or on another if that is closed.
    Result<std::unique_ptr<Answer>> begin(const Call& call);
    Result<Response> finish(const Call& call, Answer& answer) const;

    const Url url;
    const Options options;
    std::string prefix;
    std::unique_ptr<TlsTrust> trust;
    Interrupter interrupter;
    std::unique_ptr<Channel> kept;

private:
    std::string head_of(const Call& call) const;
    Result<void> write(Channel& channel, std::string_view bytes, bool& sent) const;
    Result<void> write_body(Channel& channel, const Call& call, bool& sent) const;
};

Result<std::unique_ptr<Channel>> Client::State::connect() const {
    return Channel::connect({.url = url,
                             .trust = trust.get(),
                             .interrupter = &interrupter,
                             .timeout = options.connect_timeout});
}

std::string Client::State::head_of(const Call& call) const {
    std::string head =
        call.method + ' ' + prefix + call.target + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n";
    options.headers.for_each([&](std::string_view name, std::string_view value) {
        if (!call.headers.find(name))
            head.append(name).append(": ").append(value).append("\r\n");
    });
    head += call.headers.lines();
    const std::uint64_t size = size_of(call.body);
    if (size > 0 || wants_length(call))
        head += "Content-Length: " + std::to_string(size) + "\r\n";
    head += "\r\n";
    return head;
}

Result<void> Client::State::write(Channel& channel, std::string_view bytes, bool& sent) const {
    while (!bytes.empty()) {
        const std::size_t count = TRY(channel.write(bytes, options.timeout));
        sent = sent || count > 0;
        bytes.remove_prefix(count);
    }
    return {};
}

/// Stops early when the server answers before it has seen all: it wants no more.
Result<void> Client::State::write_body(Channel& channel, const Call& call, bool& sent) const {
    const std::uint64_t total = size_of(call.body);
    const auto* file = std::get_if<FileRange>(&call.body);
    const std::string_view text = text_of(call.body);
    std::string buffer;
    for (std::uint64_t at = 0; at < total && !channel.is_readable();) {
        std::string_view piece = text.substr(file ? 0 : at, kFilePiece);
        if (file != nullptr) {
            buffer.resize(kFilePiece);
            const std::size_t count = TRY(file->read(at, buffer));
            if (count == 0)
                return Error{ErrorCode::Invalid, "the file became shorter while it was sent"};
            piece = std::string_view(buffer).substr(0, count);
        }
        TRY(write(channel, piece, sent));
        at += piece.size();
        if (call.on_progress)
            call.on_progress(at, total);
    }
    return {};
}

Result<std::unique_ptr<Answer>> Client::State::begin(const Call& call,
                                                     std::unique_ptr<Channel> channel,
                                                     bool& sent) const {
    const auto expect =
        call.method == "HEAD" ? ResponseParser::Expect::NoBody : ResponseParser::Expect::Body;
    std::string head = head_of(call);
    const auto* text = std::get_if<std::string>(&call.body);
    const bool in_one = text != nullptr && text->size() <= kFilePiece;
    if (in_one)
        head += *text;
    Result<void> written = write(*channel, head, sent);
    if (written && !in_one)
        written = write_body(*channel, call, sent);
    if (!written && (!sent || written.error().code() != ErrorCode::Unavailable))
        return std::move(written).error();
    // A server that took not all may have said why before it closed.
    auto answer = std::make_unique<Answer>(std::move(channel), expect);
    const Result<void> read = answer->read_head(options.timeout);
    if (!read)
        return written || answer->has_begun() ? read.error() : written.error();
    return answer;
}

Result<std::unique_ptr<Answer>> Client::State::begin(const Call& call) {
    if (!is_clean(call.target) || !call.target.starts_with('/'))
        return Error{ErrorCode::Malformed,
                     "target \"" + call.target + "\": wants a path without spaces"};
    bool sent = false;
    if (kept != nullptr && !kept->is_readable()) {
        auto answer = begin(call, std::move(kept), sent);
        const bool again = !answer && answer.error().code() == ErrorCode::Unavailable &&
                           !interrupter.is_raised() && (is_idempotent(call) || !sent);
        if (!again)
            return answer;
    }
    return begin(call, TRY(connect()), sent);
}

Result<Response> Client::State::finish(const Call& call, Answer& answer) const {
    const int status = answer.response().status;
    const bool passes = call.receive != nullptr && status >= 200 && status < 300;
    std::string body;
    while (true) {
        const auto piece = TRY(answer.read_some(options.timeout));
        if (!piece)
            return Error{ErrorCode::Unavailable, "the answer stopped coming"};
        if (piece->empty())
            break;
        if (passes) {
            TRY(call.receive(*piece));
            continue;
        }
        if (body.size() + piece->size() > options.body_limit)
            return Error{ErrorCode::TooLarge, "the answer is longer than " +
                                                  std::to_string(options.body_limit) + " bytes"};
        body += *piece;
    }
    Response response = std::move(answer.response());
    response.body = std::move(body);
    return response;
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}

Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::create(std::string_view url, Options options) {
    auto state = std::make_unique<State>(TRY(Url::parse(url)), std::move(options));
    if (state->url.scheme == "https" && state->options.tls_verify == Options::Verify::Nothing)
        state->trust = TlsTrust::make_blind();
    else if (state->url.scheme == "https")
        state->trust = TRY(TlsTrust::load(state->options.tls_ca));
    return std::unique_ptr<Client>(new Client(std::move(state)));
}

Result<std::unique_ptr<Client>> Client::connect(std::string_view url, Options options) {
    auto client = TRY(create(url, std::move(options)));
    client->state_->kept = TRY(client->state_->connect());
    return client;
}

Result<Response> Client::send(const Call& call) {
    const auto answer = TRY(state_->begin(call));
    Response response = TRY(state_->finish(call, *answer));
    state_->kept = answer->release();
    return response;
}

Result<Response> Client::get(std::string_view target) {
    return send({.target = std::string(target)});
}

Result<Response> Client::request(std::string_view method, std::string_view target,
                                 std::string_view content_type, std::string body) {
    Call call{.method = std::string(method), .target = std::string(target)};
    if (!content_type.empty())
        call.headers.add("Content-Type", content_type);
    call.body = std::move(body);
    return send(call);
}

Result<std::unique_ptr<EventStream>> Client::open_events(std::string_view target,
                                                         const Headers& headers) {
    Call call{.target = std::string(target), .headers = headers};
    if (!call.headers.find("Accept"))
        call.headers.add("Accept", "text/event-stream");
    bool sent = false;
    auto answer = TRY(state_->begin(call, TRY(state_->connect()), sent));
    if (answer->response().status == 200) {
        answer->channel().set_interrupter(answer->interrupter);
        return std::make_unique<EventStream>(std::move(answer));
    }
    const Response response = TRY(state_->finish(call, *answer));
    const std::string text = response.text().empty() ? "status " + std::to_string(response.status)
                                                     : std::string(response.text());
    return Error{error_code_of(response.status), text};
}

void Client::interrupt() {
    state_->interrupter.raise();
}

}  // namespace xos::http
