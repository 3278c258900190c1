#include "api/testing/api_world.h"
#include "base/crypto.h"
#include "base/file.h"
#include "http/testing/wait_until.h"

#include <doctest/doctest.h>

#include <filesystem>

namespace xos::api {
namespace {

struct World : ApiWorld {
    std::int64_t image = make("core/images", R"({"name":"base"})");
    std::string path = "/xosapi/v1/core/images/" + text_of(image);
    std::string digest = sha256_hex("hello world");

    Answer put(std::deque<std::string> pieces, const std::string& query = "") {
        return upload({"PUT", path + "/content" + query, "", {}}, std::move(pieces));
    }
    /// How many files there are: temporary ones are gone soon after the answer.
    std::size_t file_count() {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(directory())) {
            (void)entry;
            ++count;
        }
        return count;
    }
};

TEST_CASE_FIXTURE(World, "content is kept under its hash and moves the goal") {
    const Answer before = get(path);
    const Answer done = put({"hello ", "world"});
    REQUIRE_MESSAGE(done.status == 200, done.text);
    CHECK(done["content_sha256"] == Json(digest));
    CHECK(done["content_size"] == Json(11));
    CHECK(done.json.number("goal_revision") > before.json.number("goal_revision"));
    CHECK(*read_file(directory() + "/" + digest) == "hello world");
}

TEST_CASE_FIXTURE(World, "content comes out whole, or in part") {
    put({"hello world"});
    const auto read = [&](const http::Headers& headers) {
        Answer answer = send({"GET", path + "/content", "", headers});
        return std::pair(answer.status, answer.headers);
    };
    CHECK(read({}).first == 200);
    CHECK(read({{"If-None-Match", "\"" + digest + "\""}}).first == 304);
    const auto [status, headers] = read({{"Range", "bytes=6-"}});
    CHECK(status == 206);
    CHECK(headers.text("Content-Range") == "bytes 6-10/11");
    CHECK(read({{"Range", "bytes=-5"}}).second.text("Content-Range") == "bytes 6-10/11");
    CHECK(read({{"Range", "bytes=20-"}}).first == 416);
    CHECK(read({{"Range", "bytes=0-1"}, {"If-Range", "\"x\""}}).first == 200);
}

TEST_CASE_FIXTURE(World, "what does not have the announced hash is refused and leaves nothing") {
    CHECK(put({"hello"}, "?sha256=" + digest).status == 422);
    CHECK(put({"hello world"}, "?sha256=" + digest).status == 200);
    CHECK(put({"x"}, "?sha256=zz").status == 422);
    CHECK(file_count() == 1);
}

TEST_CASE_FIXTURE(World, "content that nobody has any more is removed") {
    put({"hello world"});
    const std::int64_t other = make("core/images", R"({"name":"other"})");
    upload({"PUT", "/xosapi/v1/core/images/" + text_of(other) + "/content", "", {}},
           {"hello world"});
    CHECK(put({"something else"}).status == 200);
    CHECK(read_file(directory() + "/" + digest).has_value());
    remove("/xosapi/v1/core/images/" + text_of(other));
    CHECK(http::wait_until([&] { return file_count() == 1; }));
    CHECK(!read_file(directory() + "/" + digest).has_value());
}

TEST_CASE_FIXTURE(World, "content is there for types that have it, and for who may write") {
    CHECK(get(path + "/content").status == 404);
    const std::string site_path = "/xosapi/v1/core/sites/" + text_of(site) + "/content";
    CHECK(upload({"PUT", site_path, "", {}}, {"x"}).status == 404);
    CHECK(send({"PUT", path + "/content", "", {}}, ann_token()).status == 404);
    patch(path, R"({"write_protect":true})");
    CHECK(put({"x"}).status == 409);
}

TEST_CASE_FIXTURE(World, "an upload goes on where it ended") {
    const auto part = [&](const std::string& range, std::deque<std::string> pieces) {
        return upload({"PUT", path + "/content?sha256=" + digest, "", {{"Content-Range", range}}},
                      std::move(pieces));
    };
    CHECK(part("bytes */11", {})["received"] == Json(0));
    const Answer first = part("bytes 0-4/11", {"he", "llo"});
    CHECK(first.status == 202);
    CHECK(first.headers.text("Range") == "bytes=0-4");
    CHECK(get(path)["content_size"].is_null());
    CHECK(part("bytes */11", {})["received"] == Json(5));
    const Answer gap = part("bytes 6-10/11", {"world"});
    CHECK(gap.status == 416);
    CHECK(gap.headers.text("Range") == "bytes=0-4");
    CHECK(part("bytes 5-10/11", {" "})["received"] == Json(6));  // The client left too early.
    CHECK(part("bytes 6-10/11", {"worlds"}).status == 400);
    const Answer done = part("bytes 6-10/11", {"world"});
    REQUIRE_MESSAGE(done.status == 200, done.text);
    CHECK(done["content_size"] == Json(11));
    CHECK(*read_file(directory() + "/" + digest) == "hello world");
    CHECK(file_count() == 1);
}

TEST_CASE_FIXTURE(World, "parts that do not make the announced content leave nothing") {
    const auto part = [&](const std::string& range, const std::string& query, std::string piece) {
        return upload({"PUT", path + "/content" + query, "", {{"Content-Range", range}}},
                      {std::move(piece)});
    };
    CHECK(part("bytes 0-4/11", "", "hello").status == 422);
    CHECK(part("bytes 4-0/11", "?sha256=" + digest, "hello").status == 400);
    CHECK(part("5", "?sha256=" + digest, "hello").status == 400);
    CHECK(part("bytes 0-4/11", "?sha256=" + digest, "hello").status == 202);
    CHECK(part("bytes 5-10/11", "?sha256=" + digest, "-world").status == 422);
    CHECK(http::wait_until([&] { return file_count() == 0; }));
}

}  // namespace
}  // namespace xos::api
