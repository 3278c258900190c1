#include "http/responder.h"

#include "base/check.h"

#include <utility>

namespace xos::http {
Responder& Responder::operator=(Responder&& other) noexcept {
    if (this != &other) {
        if (exchange_ != nullptr)
            exchange_->abandon();
        exchange_ = std::move(other.exchange_);
    }
    return *this;
}

Responder::~Responder() {
    if (exchange_ != nullptr)
        exchange_->abandon();
}

void Responder::respond(Response response) {
    XOS_CHECK(exchange_ != nullptr, "a request is answered once");
    std::exchange(exchange_, nullptr)->respond(std::move(response));
}

Stream Responder::open_stream(Response head) {
    XOS_CHECK(exchange_ != nullptr, "a request is answered once");
    return std::exchange(exchange_, nullptr)->open_stream(std::move(head));
}

}  // namespace xos::http
