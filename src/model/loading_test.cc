#include "model/store.h"

#include <doctest/doctest.h>

#include <random>
#include <variant>

namespace xos::model {
namespace {

constexpr const char* kModel = R"xproto(
message Site (XOSBase) {
    required string name = 1 [unique = True];
    optional int32 size = 2 [db_index = True];
}
message Slice (XOSBase) {
    required string name = 1 [unique_with = "site"];
    optional manytoone site->Site:slices = 2;
    manytomany friends->Slice:friend_of = 3;
}
)xproto";

std::shared_ptr<const schema::Schema> make_schema() {
    auto built = schema::Schema::build({{"test.xproto", "core", kModel}});
    REQUIRE(std::holds_alternative<std::shared_ptr<const schema::Schema>>(built));
    return std::get<std::shared_ptr<const schema::Schema>>(built);
}

/// The entries of all trees of a model but the rows, which are pointers.
std::vector<std::vector<Entry>> entries_of(View view, const schema::Schema& schema) {
    std::vector<std::vector<Entry>> all;
    for (const schema::Type& type : schema.types()) {
        if (type.abstract)
            continue;
        const TypeLayout& layout = view.layout().type(type.id);
        std::vector<std::size_t> roots{layout.deleted};
        for (const IndexLayout& index : layout.indexes)
            roots.push_back(index.root);
        for (const std::size_t root : roots) {
            auto& entries = all.emplace_back();
            for (auto at = view.tree(root).begin(); at; at.next())
                entries.push_back(*at);
        }
        auto& ids = all.emplace_back();
        view.for_each(type.id, [&](const Row& row) {
            ids.push_back({row.id().value, static_cast<std::uint64_t>(row.deleted())});
            return true;
        });
    }
    return all;
}

FieldValues random_values(const schema::Type& type, std::uint64_t id, std::mt19937& random) {
    FieldValues values{{*type.find_field_index("name"), "n" + std::to_string(random())},
                       {schema::base_field::kDeleted, random() % 10 == 0}};
    if (type.name == "Site") {
        if (random() % 3 > 0)
            values.emplace_back(*type.find_field_index("size"),
                                static_cast<std::int64_t>(random() % 50));
        return values;
    }
    values.emplace_back(*type.find_field_index("site"), ObjectId{1 + random() % 100});
    values.emplace_back(*type.find_field_index("friends"),
                        std::vector<ObjectId>{ObjectId{1 + random() % id}});
    return values;
}

TEST_CASE("a model that is loaded at once is the one that is made object by object") {
    const auto schema = make_schema();
    for (const std::uint64_t count : {0U, 1U, 24U, 25U, 3000U}) {
        CAPTURE(count);
        Store loaded(schema), made(schema);
        Draft quick = loaded.begin(), slow = made.begin();
        std::mt19937 random(static_cast<unsigned>(count));
        for (std::uint64_t id = 1; id <= count; ++id) {
            const schema::Type& type = *schema->find_type(id <= 100 ? "Site" : "Slice");
            const FieldValues values = random_values(type, id, random);
            quick.load(type, ObjectId{id}, values);
            slow.create(type, ObjectId{id}, values);
        }
        quick.finish_loading();
        loaded.publish(std::move(quick), Revision{1});
        made.publish(std::move(slow), Revision{1});
        CHECK(entries_of(loaded.snapshot()->view(), *schema) ==
              entries_of(made.snapshot()->view(), *schema));

        // It can be edited like any other.
        Draft next = loaded.begin();
        for (std::uint64_t id = 1; id <= count; id += 2)
            next.remove(ObjectId{id});
        loaded.publish(std::move(next), Revision{2});
        CHECK(loaded.snapshot()->view().tree(Layout::kTypes).size() == count / 2);
    }
}

}  // namespace
}  // namespace xos::model
