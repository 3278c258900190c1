#include "synchronizer/api_requests.h"

#include "client/service_api.h"

namespace xos::synchronizer {

namespace {

constexpr std::size_t kMostIdle = 4;

}  // namespace

Result<std::unique_ptr<client::Api>> ApiRequests::take() {
    auto api = idle_.with([](auto& idle) {
        std::unique_ptr<client::Api> one;
        if (!idle.empty()) {
            one = std::move(idle.back());
            idle.pop_back();
        }
        return one;
    });
    if (api)
        return api;
    return connect_();
}

void ApiRequests::give_back(std::unique_ptr<client::Api> api) {
    idle_.with([&](auto& idle) {
        if (idle.size() < kMostIdle)
            idle.push_back(std::move(api));
    });
}

Result<void> ApiRequests::read_content(const schema::Type& type, ObjectId id,
                                       std::function<Result<void>(std::string_view)> receive) {
    auto api = TRY(take());
    auto result = api->download(type.app + "/" + type.plural, id, std::move(receive));
    if (result)
        give_back(std::move(api));
    return result;
}

Result<std::string> ApiRequests::read_secret(ObjectId id, std::string_view field) {
    auto api = TRY(take());
    auto result = client::read_secret(*api, id, field);
    if (result)
        give_back(std::move(api));
    return result;
}

}  // namespace xos::synchronizer
