#include "http/server_shared.h"

#include <utility>

namespace xos::http {

void OpenCount::add() {
    value_.fetch_add(1, std::memory_order_relaxed);
}

void OpenCount::remove() {
    std::scoped_lock lock(mutex_);
    if (value_.fetch_sub(1, std::memory_order_relaxed) == 1)
        none_.notify_all();
}

bool OpenCount::wait_for_none(Duration patience) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, patience, [this] { return value() == 0; });
}

Response ServerShared::problem(int status, std::string_view text) const {
    Response response;
    response.status = status;
    if (options.protocol_problem) {
        Server::Problem problem = options.protocol_problem(status, text);
        response.headers.add("Content-Type", problem.content_type);
        response.body = std::move(problem.body);
        return response;
    }
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = std::string(text) + "\n";
    return response;
}

}  // namespace xos::http
