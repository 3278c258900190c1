#include "model/query.h"

#include "model/store.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace xos::model {
namespace {

constexpr const char* kModel = R"x(
policy nobody_policy < False >
message Service { required string name = 1; }
message Site {
    required string name = 1 [max_length = 200, unique = True];
    optional string region = 2 [db_index = True];
}
message Slice {
    required string name = 1 [unique = True];
    required manytoone site->Site:slices = 2:1001;
    optional int32 size = 3;
    optional double weight = 4;
    optional bool enabled = 5;
    optional string until = 6 [content_type = "date"];
    optional string password = 7 [hashed = True];
    optional int32 hidden = 9 [read_policy = "nobody_policy"];
    manytomany friends->Slice:admirers = 8:1002;
}
message Instance {
    required string name = 1;
    required manytoone slice->Slice:instances = 2:1003;
}
message BigInstance (Instance) { optional int32 cores = 3; }
)x";

struct World {
    std::shared_ptr<const schema::Schema> schema =
        std::get<0>(schema::Schema::build({{.file = "t.xproto", .app = "core", .text = kModel}}));
    Store store{schema};
    Draft draft = store.begin();
    std::uint64_t last_id = 0;

    ObjectId make(std::string_view type_name,
                  const std::vector<std::pair<std::string_view, Value>>& fields) {
        const schema::Type& type = *schema->find_type(type_name);
        FieldValues values;
        for (const auto& [name, value] : fields)
            values.emplace_back(*type.find_field_index(name), value);
        const ObjectId id{++last_id};
        draft.create(type, id, values);
        return id;
    }
    View view() { return draft.view(); }

    Query query(std::string_view type, std::vector<std::pair<std::string, std::string>> where) {
        Query query{.type = schema->find_type(type)->id};
        for (const auto& [name, value] : where) {
            auto condition = parse_condition(*schema, query.type, name, value);
            REQUIRE_MESSAGE(condition.has_value(), condition.error().message());
            query.conditions.push_back(*condition);
        }
        return query;
    }
    std::string names(const Query& query) {
        const auto page = find(view(), query);
        REQUIRE(page);
        std::string out;
        for (const Row* row : page->rows)
            out +=
                std::string(row->string(*schema->type(row->type()).find_field_index("name"))) + " ";
        return out;
    }
    std::string names(std::string_view type, std::string name, std::string value) {
        return names(query(type, {{std::move(name), std::move(value)}}));
    }
    std::string refusal(std::string_view type, std::string_view name, std::string_view value) {
        const auto parsed = parse_condition(*schema, schema->find_type(type)->id, name, value);
        return parsed ? "" : parsed.error().message();
    }
};

struct Filled : World {
    ObjectId paris = make("Site", {{"name", std::string("paris")}, {"region", std::string("eu")}});
    ObjectId tokyo = make("Site", {{"name", std::string("tokyo")}, {"region", std::string("as")}});
    ObjectId a = make("Slice", {{"name", std::string("Alpha")},
                                {"site", paris},
                                {"size", std::int64_t{3}},
                                {"hidden", std::int64_t{3}},
                                {"weight", 1.5},
                                {"enabled", true},
                                {"until", std::int64_t{1'704'067'200'000'000}}});
    ObjectId b = make("Slice", {{"name", std::string("beta")},
                                {"site", tokyo},
                                {"size", std::int64_t{-1}},
                                {"friends", std::vector<ObjectId>{a}}});
    ObjectId c = make("Slice", {{"name", std::string("gamma")}, {"site", paris}});
    ObjectId a1 = make("Instance", {{"name", std::string("a1")}, {"slice", a}});
    ObjectId b1 = make("BigInstance", {{"name", std::string("b1")}, {"slice", b}});
    ObjectId a2 = make("Instance", {{"name", std::string("a2")}, {"slice", a}});
};

TEST_CASE_FIXTURE(Filled, "each operator asks what its name says") {
    CHECK(names("Slice", "name", "beta") == "beta ");
    CHECK(names("Slice", "name__exact", "beta") == "beta ");
    CHECK(names("Slice", "name__iexact", "ALPHA") == "Alpha ");
    CHECK(names("Slice", "name__contains", "a") == "Alpha beta gamma ");
    CHECK(names("Slice", "name__contains", "A") == "Alpha ");
    CHECK(names("Slice", "name__icontains", "AL") == "Alpha ");
    CHECK(names("Slice", "name__startswith", "ga") == "gamma ");
    CHECK(names("Slice", "name__regex", "^.{4}$") == "beta ");
    CHECK(names("Slice", "name__iregex", "^a") == "Alpha ");
    CHECK(names("Slice", "name__in", "gamma,beta,none") == "beta gamma ");
    CHECK(names("Slice", "size__gt", "-1") == "Alpha ");
    CHECK(names("Slice", "size__gte", "-1") == "Alpha beta ");
    CHECK(names("Slice", "size__lt", "3") == "beta ");
    CHECK(names("Slice", "weight__lte", "1.5") == "Alpha ");
    CHECK(names("Slice", "size__isnull", "true") == "gamma ");
    CHECK(names("Slice", "until__gte", "2024-01-01T00:00:00Z") == "Alpha ");
    CHECK(names("Slice", "enabled", "True") == "Alpha ");
    CHECK(names("Slice", "password__isnull", "true") == "Alpha beta gamma ");
    CHECK(names("Slice", "id", std::to_string(c.value)) == "gamma ");
    CHECK(names("Slice", "ready", "true") == "Alpha beta gamma ");
    CHECK(names("Instance", "leaf_model_name", "BigInstance") == "b1 ");
}

TEST_CASE_FIXTURE(Filled, "not__ takes what does not fit, nulls included") {
    CHECK(names("Slice", "not__name", "beta") == "Alpha gamma ");
    CHECK(names("Slice", "not__size", "3") == "beta gamma ");
    CHECK(names("Slice", "not__site__name__in", "paris") == "beta ");
}

TEST_CASE_FIXTURE(Filled, "paths go through links, sets and relations") {
    CHECK(names("Slice", "site__name", "paris") == "Alpha gamma ");
    CHECK(names("Slice", "site_id", std::to_string(tokyo.value)) == "beta ");
    CHECK(names("Slice", "site", std::to_string(tokyo.value)) == "beta ");
    CHECK(names("Instance", "slice__site__region", "eu") == "a1 a2 ");
    CHECK(names("Slice", "instances__name", "b1") == "beta ");
    CHECK(names("Slice", "instances", std::to_string(a2.value)) == "Alpha ");
    CHECK(names("Slice", "instances__isnull", "true") == "gamma ");
    CHECK(names("Slice", "friends__name", "Alpha") == "beta ");
    CHECK(names("Slice", "friends", std::to_string(a.value)) == "beta ");
    CHECK(names("Site", "slices__instances__name__startswith", "a") == "paris ");
}

TEST_CASE_FIXTURE(Filled, "members of a map are asked for by name, and found by index") {
    const FieldIndex metadata = schema::base_field::kMetadata;
    draft.update(a, {{metadata, std::string(R"({"color":"red","a__b":"1"})")}});
    draft.update(b, {{metadata, std::string(R"({"color":"blue"})")}});
    CHECK(names("Slice", "metadata__color", "red") == "Alpha ");
    CHECK(names("Slice", "metadata__a__b", "1") == "Alpha ");
    CHECK(names("Slice", "metadata__color__in", "red,blue") == "Alpha beta ");
    CHECK(names("Slice", "metadata__color__startswith", "b") == "beta ");
    CHECK(names("Slice", "metadata__color__isnull", "true") == "gamma ");
    CHECK(names("Slice", "not__metadata__color", "red") == "beta gamma ");
    CHECK(names("Slice", "metadata__contains", "blue") == "beta ");
    CHECK(names("Instance", "slice__metadata__color", "red") == "a1 a2 ");
    CHECK(explain(view(), query("Slice", {{"metadata__color", "red"}})) ==
          "index: metadata__color=red, at most 1 rows, in order of id");
    draft.update(a, {{metadata, std::string("{}")}});
    CHECK(estimate(view(), query("Slice", {{"metadata__color", "red"}})) == 0);
}

TEST_CASE_FIXTURE(Filled, "what an index counts needs no walk, and deleted objects do not count") {
    Query query = World::query("Slice", {{"site", std::to_string(paris.value)}});
    query.count = true;
    query.limit = 1;
    CHECK(find(view(), query)->total == 2);
    draft.update(a, {{schema::base_field::kDeleted, true}});
    CHECK(find(view(), query)->total == 1);
    query.kind = Query::Kind::All;
    CHECK(find(view(), query)->total == 2);
}

TEST_CASE_FIXTURE(Filled, "a filter that makes no sense is refused with what would") {
    CHECK(refusal("Slice", "nmae", "x") == "Slice has no field \"nmae\", did you mean \"name\"?");
    CHECK(refusal("Slice", "site__nam", "x") ==
          "Site has no field \"nam\", did you mean \"name\"?");
    CHECK(refusal("Slice", "name__contians", "x") ==
          "\"contians\" after \"name\" is no operator, did you mean \"contains\"?");
    CHECK(refusal("Slice", "size", "many") == "wants a whole number in place of \"many\"");
    CHECK(refusal("Slice", "size__contains", "1") == "\"size\" cannot be compared by \"contains\"");
    CHECK(refusal("Slice", "password", "x") ==
          "\"password\" is secret: only __isnull can be asked of it");
    CHECK(refusal("Slice", "name__regex", "(") != "");
}

TEST_CASE_FIXTURE(Filled, "an index is used where a condition allows it") {
    CHECK(explain(view(), query("Slice", {{"site__name", "paris"}})) ==
          "index: site__name=paris, at most 2 rows, in order of id");
    CHECK(explain(view(), query("Instance", {{"slice__site__region", "as"}})) ==
          "index: slice__site__region=as, at most 1 rows, in order of id");
    CHECK(explain(view(), query("Slice", {{"size", "3"}})) ==
          "all objects of the type, at most 3 rows, in order of id");
    CHECK(estimate(view(), query("Slice", {{"id__in", "3,4"}})) == 2);
}

TEST_CASE_FIXTURE(Filled, "kinds tell live, deleted and unfinished objects apart") {
    const schema::Type& slice = *schema->find_type("Slice");
    draft.update(b, {{*slice.find_field_index("deleted"), true}});
    draft.update(c, {{*slice.find_field_index("backend_owner"), paris}});
    Query all = query("Slice", {});
    CHECK(names(all) == "Alpha gamma ");
    CHECK(names("Slice", "name", "beta") == "");
    all.kind = Query::Kind::Deleted;
    CHECK(names(all) == "beta ");
    all.kind = Query::Kind::Dirty;
    CHECK(names(all) == "gamma ");
    all.kind = Query::Kind::All;
    CHECK(names(all) == "Alpha beta gamma ");
}

TEST_CASE_FIXTURE(Filled, "what is out of sight is as if it were not there") {
    Query found = query("Slice", {{"site__name", "paris"}});
    found.sight.object = [&](const Row& row) { return row.id() != paris; };
    CHECK(names(found) == "");
    found.conditions[0].negated = true;
    CHECK(names(found) == "Alpha beta gamma ");
    Query blind = query("Slice", {{"hidden", "3"}});
    CHECK(names(blind) == "Alpha ");
    const FieldIndex hidden = *schema->find_type("Slice")->find_field_index("hidden");
    blind.sight.field = [&](const Row&, FieldIndex field) { return field != hidden; };
    CHECK(names(blind) == "");
    blind.conditions[0].negated = true;
    CHECK(names(blind) == "Alpha beta gamma ");
}

TEST_CASE_FIXTURE(Filled, "an order by several keys is kept over pages") {
    Query query = World::query("Slice", {});
    query.order = *parse_order(*schema, query.type, "site__name,-size");
    CHECK(names(query) == "Alpha gamma beta ");
    query.order = *parse_order(*schema, query.type, "-weight,-id");
    CHECK(names(query) == "Alpha gamma beta ");
    query.limit = 1;
    query.count = true;
    std::string all;
    for (int i = 0; i < 3; ++i) {
        const auto page = find(view(), query);
        REQUIRE(page);
        CHECK(page->total == 3);
        CHECK(page->next.empty() == (i == 2));
        all += names(query);
        query.after = page->next;
    }
    CHECK(all == "Alpha gamma beta ");
    query.after = "nonsense";
    CHECK(find(view(), query).error().code() == ErrorCode::Malformed);
    CHECK(!parse_order(*schema, query.type, "friends"));
    CHECK(!parse_order(*schema, query.type, "password"));
}

TEST_CASE("pages, indexes and scans agree on random models") {
    std::mt19937 random(7);
    World world;
    std::vector<ObjectId> sites;
    for (int i = 0; i < 20; ++i)
        sites.push_back(world.make("Site", {{"name", "site" + std::to_string(i)},
                                            {"region", "r" + std::to_string(i % 3)}}));
    std::map<std::string, std::size_t> by_region;
    for (int i = 0; i < 500; ++i) {
        const std::size_t site = random() % sites.size();
        ++by_region["r" + std::to_string(site % 3)];
        world.make("Slice", {{"name", "s" + std::to_string(i)},
                             {"site", sites[site]},
                             {"size", std::int64_t(random() % 7)}});
    }
    for (const auto& [region, count] : by_region) {
        for (const char* order : {"", "size", "-size,name"}) {
            Query query = world.query("Slice", {{"site__region", region}});
            query.order = *parse_order(*world.schema, query.type, order);
            query.limit = 1 + random() % 40;
            query.count = true;
            std::size_t seen = 0;
            do {
                const auto page = find(world.view(), query);
                REQUIRE(page);
                CHECK(page->total == count);
                seen += page->rows.size();
                query.after = page->next;
            } while (!query.after.empty());
            CHECK(seen == count);
        }
    }
}

}  // namespace
}  // namespace xos::model
