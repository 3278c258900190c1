#pragma once

#include "base/json.h"
#include "base/object_id.h"
#include "base/result.h"
#include "http/client.h"
#include "schema/schema.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::client {

/// What to do with a write: do it, or say what it would do.
struct WriteOptions {
    enum class Mode : std::uint8_t { Commit, Plan };
    Mode mode = Mode::Commit;
    std::optional<Revision> if_match;  ///< Stale when the object's goal is newer.
    std::string if_plan;               ///< Token of a plan whose outcome must be the same.
    std::string idempotency_key;
    enum class Cascade : std::uint8_t { No, Yes };
    Cascade cascade = Cascade::No;  ///< Delete what protects the object, too.
};

/// One page of a list.
struct Page {
    std::vector<Json> items;
    Revision revision;
    std::string next;  ///< Cursor of the next page; empty at the end.
};

/// The API of one xosd: objects go in and out as JSON, as docs and `modeldefs` describe them.
///
/// Answers other than 2xx are errors with the code, message and details of the problem that the
/// server sent. Whether to try again is the caller's to decide: see `Error::retryable`. Blocks.
/// One thread at a time, but for `interrupt`.
class Api {
public:
    struct Options {
        std::string token;  ///< Bearer token; empty: only what needs none can be called.
        http::Client::Options http = {};
    };

    /// Nothing is sent yet. Malformed when `url` is none.
    static Result<std::unique_ptr<Api>> create(const std::string& url, Options options);

    /// A token made by user and password, used in all further calls and given back for later ones.
    /// `name` says what it is for.
    Result<std::string> login(std::string_view email, std::string_view password,
                              std::string_view name);

    /// A page of `plural` ("core/slices"), with the query as the API reads it
    /// ({"name", "a"}, {"limit", "10"}).
    Result<Page> list(std::string_view plural, http::Query query = {});
    /// All pages one after the other.
    Result<std::vector<Json>> list_all(std::string_view plural, http::Query query = {});
    Result<Json> get(std::string_view plural, ObjectId id);
    /// The object made; with Mode::Plan, here and below: what would change.
    Result<Json> create(std::string_view plural, const Json& fields, WriteOptions options = {});
    /// The object with the fields given changed.
    Result<Json> update(std::string_view plural, ObjectId id, const Json& fields,
                        WriteOptions options = {});
    /// Null when it is gone; the object while a back-end is cleaned.
    Result<Json> remove(std::string_view plural, ObjectId id, WriteOptions options = {});
    /// All or none of `operations`, as the API describes them.
    Result<Json> transact(const Json& operations, WriteOptions options = {});
    /// What a recipe's text would do or does: `verb` is "plan", "apply" or "destroy". Its mistakes
    /// name `file`.
    Result<Json> run_recipe(std::string_view verb, std::string_view text, WriteOptions options = {},
                            std::string_view file = {});

    /// Sends the file at `path` as the content of an object, telling how far it is.
    Result<Json> upload(std::string_view plural, ObjectId id, const std::string& path,
                        std::function<void(std::uint64_t sent, std::uint64_t total)> on_progress);
    /// The content of an object, piece by piece. An error from `receive` ends it.
    Result<void> download(std::string_view plural, ObjectId id,
                          std::function<Result<void>(std::string_view piece)> receive);

    /// The schema as source, in the order in which it builds.
    Result<std::vector<schema::Source>> sources();

    /// Any other call: `path` follows "/xosapi/v1/"; a null body sends none. The answer's JSON, or
    /// null when it has none.
    Result<Json> call(std::string_view method, std::string_view path, const Json& body = {},
                      const http::Headers& headers = {});

    /// An event stream of `path`, on a connection of its own.
    Result<std::unique_ptr<http::EventStream>> open_events(std::string_view path,
                                                           const http::Headers& headers = {});

    /// Makes the running and each later call fail soon with Unavailable. Thread-safe.
    void interrupt() { http_->interrupt(); }

private:
    explicit Api(std::unique_ptr<http::Client> http) : http_(std::move(http)) {}

    Result<Json> write(std::string_view method, std::string path, const Json& body,
                       const WriteOptions& options);
    Result<http::Response> send(http::Client::Call call);

    const std::unique_ptr<http::Client> http_;
    std::string token_;
};

/// The error that an answer with `status` of 400 or more stands for, by its problem document where
/// it has one.
Error error_of(int status, std::string_view body);

}  // namespace xos::client
