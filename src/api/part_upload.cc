#include "api/part_upload.h"

#include "base/json.h"
#include "base/text.h"

#include <filesystem>

namespace xos::api {

namespace {

constexpr std::chrono::hours kKept{24};

std::optional<std::uint64_t> parse_count(std::string_view text) {
    const auto number = parse_int(text);
    if (!number || *number < 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

}  // namespace

Result<std::optional<Part>> parse_part(const http::Headers& headers) {
    const auto header = headers.find("Content-Range");
    if (!header)
        return std::optional<Part>{};
    const Error wrong{ErrorCode::Malformed,
                      "Content-Range wants \"bytes first-last/total\", or \"bytes */total\" to ask "
                      "what is there"};
    std::string_view text = trim(*header);
    if (!text.starts_with("bytes "))
        return wrong;
    text.remove_prefix(6);
    const std::size_t slash = text.find('/'), dash = text.find('-');
    const auto total =
        slash == std::string_view::npos ? std::nullopt : parse_count(text.substr(slash + 1));
    if (!total || *total == 0)
        return wrong;
    if (text.substr(0, slash) == "*")
        return std::optional<Part>(Part{.first = 0, .size = 0, .total = *total});
    if (dash == std::string_view::npos || dash > slash)
        return wrong;
    const auto first = parse_count(text.substr(0, dash));
    const auto last = parse_count(text.substr(dash + 1, slash - dash - 1));
    if (!first || !last || *last < *first || *last >= *total)
        return wrong;
    return std::optional<Part>(Part{.first = *first, .size = *last - *first + 1, .total = *total});
}

http::Response received(std::uint64_t count, std::uint64_t total, int status) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    if (count > 0)
        response.headers.add("Range", "bytes=0-" + std::to_string(count - 1));
    Json json;
    json.set("received", count);
    json.set("size", total);
    response.body = json.format();
    return response;
}

void remove_left_uploads(const std::string& directory) {
    namespace fs = std::filesystem;
    std::error_code failure;
    const auto oldest = fs::file_time_type::clock::now() - kKept;
    for (fs::directory_iterator at(directory, failure), end; !failure && at != end;
         at.increment(failure)) {
        const std::string name = at->path().filename().string();
        std::error_code ignored;
        const auto touched = fs::last_write_time(at->path(), ignored);
        if (!ignored && name.starts_with('.') && touched < oldest)
            fs::remove(at->path(), ignored);
    }
}

}  // namespace xos::api
