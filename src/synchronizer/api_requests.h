#pragma once

#include "base/guarded.h"
#include "client/api.h"
#include "synchronizer/plugin.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace xos::synchronizer {

/// Requests to the API, each on a connection that no other uses meanwhile.
class ApiRequests final : public Requests {
public:
    using Connect = std::function<Result<std::unique_ptr<client::Api>>()>;

    explicit ApiRequests(Connect connect) : connect_(std::move(connect)) {}

    Result<void> read_content(const schema::Type& type, ObjectId id,
                              std::function<Result<void>(std::string_view)> receive) override;
    Result<std::string> read_secret(ObjectId id, std::string_view field) override;

private:
    Result<std::unique_ptr<client::Api>> take();
    void give_back(std::unique_ptr<client::Api> api);

    const Connect connect_;
    Guarded<std::vector<std::unique_ptr<client::Api>>> idle_;
};

}  // namespace xos::synchronizer
