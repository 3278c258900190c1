#include "api/text_cache.h"

#include "api/testing/test_models.h"
#include "schema/schema.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace xos::api {
namespace {

struct Rows {
    std::shared_ptr<const schema::Schema> schema =
        std::get<0>(schema::Schema::build({{"test.xproto", "core", std::string(test_models())}}));
    const schema::Type& type = *schema->find_type("Site");
    std::vector<std::unique_ptr<const model::Row, decltype(&model::free_row)>> rows;

    const model::Row& make(std::uint64_t id, std::int64_t revision) {
        rows.emplace_back(model::make_row(type, {.id = ObjectId{id}, .batch = 1},
                                          {{schema::base_field::kRevision, revision}}),
                          &model::free_row);
        return *rows.back();
    }
};

TEST_CASE_FIXTURE(Rows, "a text is found for its object at its revision alone") {
    TextCache cache(1 << 20);
    cache.add(make(1, 5), "five");
    CHECK(*cache.find(make(1, 5)) == "five");
    CHECK(cache.find(make(1, 4)) == nullptr);
    CHECK(cache.find(make(1, 6)) == nullptr);
    CHECK(cache.find(make(2, 5)) == nullptr);
    cache.add(make(1, 4), "four");
    CHECK(cache.find(make(1, 4)) == nullptr);
    cache.add(make(1, 6), "six");
    CHECK(*cache.find(make(1, 6)) == "six");
}

TEST_CASE_FIXTURE(Rows, "what was not asked for lately makes room") {
    TextCache cache(32 * 1300);
    for (const std::uint64_t id : {32, 64, 96})
        cache.add(make(id, 1), std::string(200, 'x'));
    CHECK(cache.find(make(32, 1)));
    // It takes some tries to get in where it is full.
    for (int i = 0; i < 8; ++i)
        cache.add(make(128, 1), std::string(200, 'x'));
    CHECK(cache.find(make(32, 1)));
    CHECK(!cache.find(make(64, 1)));
    CHECK(cache.find(make(128, 1)));
}

TEST_CASE_FIXTURE(Rows, "who reads everything once does not push out what is read often") {
    TextCache cache(32 * 4000);
    for (std::uint64_t id = 1; id <= 8; ++id)
        cache.add(make(id * 32, 1), std::string(200, 'x'));
    for (std::uint64_t id = 100; id < 150; ++id) {
        for (std::uint64_t often = 1; often <= 8; ++often)
            CHECK(cache.find(make(often * 32, 1)));
        cache.add(make(id * 32, 1), std::string(200, 'y'));
    }
}

}  // namespace
}  // namespace xos::api
