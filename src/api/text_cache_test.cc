#include "api/text_cache.h"

#include "api/testing/test_models.h"
#include "schema/schema.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace xos::api {
namespace {

using Text = TextCache::Text;

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
    static Text text(std::string from) {
        return std::make_shared<const std::string>(std::move(from));
    }
};

TEST_CASE_FIXTURE(Rows, "a text is found for its object at its revision alone") {
    TextCache cache(1 << 20);
    cache.add(make(1, 5), text("five"));
    CHECK(*cache.find(make(1, 5)) == "five");
    CHECK(cache.find(make(1, 4)) == nullptr);
    CHECK(cache.find(make(1, 6)) == nullptr);
    CHECK(cache.find(make(2, 5)) == nullptr);
    cache.add(make(1, 4), text("four"));
    CHECK(cache.find(make(1, 4)) == nullptr);
    cache.add(make(1, 6), text("six"));
    CHECK(*cache.find(make(1, 6)) == "six");
}

TEST_CASE_FIXTURE(Rows, "what was not asked for the longest makes room") {
    TextCache cache(8 * 1300);
    for (const std::uint64_t id : {8, 16, 24})
        cache.add(make(id, 1), text(std::string(200, 'x')));
    if (cache.find(make(8, 1)))
        cache.add(make(32, 1), text(std::string(200, 'x')));
    CHECK(cache.find(make(8, 1)));
    CHECK(!cache.find(make(16, 1)));
    CHECK(cache.find(make(32, 1)));
}

}  // namespace
}  // namespace xos::api
