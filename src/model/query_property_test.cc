// The query engine against a slow and obvious one, on random models and random queries.

#include "base/text.h"
#include "model/query.h"
#include "model/store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace xos::model {
namespace {

constexpr const char* kModel = R"x(
message Site {
    required string name = 1 [max_length = 200, unique = True];
    optional string region = 2 [db_index = True];
}
message Slice {
    required string name = 1 [unique = True];
    optional manytoone site->Site:slices = 2:1001;
    optional int32 size = 3;
    optional int32 rank = 4 [db_index = True];
    optional double weight = 5;
    optional bool enabled = 6;
    manytomany friends->Slice:admirers = 8:1002;
}
message Instance {
    required string name = 1;
    required manytoone slice->Slice:instances = 2:1003;
}
message BigInstance (Instance) { optional int32 cores = 3; }
)x";

/// An object as the obvious engine has it: the text of each value, links as ids.
struct Plain {
    std::string type;
    bool deleted = false;
    std::map<std::string, std::string> values;  // What is null is not there.
    std::map<std::string, std::set<std::uint64_t>> links;
};

/// A random model, in both forms.
class World {
public:
    explicit World(unsigned seed) : random_(seed) {
        for (int i = 0; i < 300; ++i)
            step();
    }

    void step() {
        const unsigned what = roll(10);
        if (what < 6 || plain_.size() < 10)
            make();
        else if (what < 9)
            change(any_id());
        else
            erase(any_id());
    }

    unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
    View view() const { return draft_.view(); }
    const schema::Schema& schema() const { return *schema_; }

    /// The ids of what fits, as the obvious engine sees it.
    std::vector<std::uint64_t> find(
        const std::string& type, Query::Kind kind,
        const std::vector<std::pair<std::string, std::string>>& where) const {
        std::vector<std::uint64_t> found;
        for (const auto& [id, object] : plain_) {
            const bool is_type =
                object.type == type || (type == "Instance" && object.type == "BigInstance");
            if (!is_type || (kind == Query::Kind::Live && object.deleted) ||
                (kind == Query::Kind::Deleted && !object.deleted))
                continue;
            if (std::all_of(where.begin(), where.end(),
                            [&, id = id](const auto& one) { return fits(id, one); }))
                found.push_back(id);
        }
        return found;
    }

    static constexpr const char* kNull = "(null)";

    /// The texts at the ends of a path, or kNull.
    std::vector<std::string> ends(std::uint64_t id, const std::vector<std::string>& path,
                                  std::size_t at = 0) const {
        const Plain& object = plain_.at(id);
        if (at == path.size() || path[at] == "id")
            return {std::to_string(id)};
        if (const auto value = object.values.find(path[at]); value != object.values.end())
            return {value->second};
        std::vector<std::string> found;
        for (const std::uint64_t next : neighbors(id, path[at])) {
            for (std::string& end : ends(next, path, at + 1))
                found.push_back(std::move(end));
        }
        return found.empty() ? std::vector<std::string>{kNull} : found;
    }

private:
    static constexpr const char* kWords[] = {"red", "Red", "green", "blue", "", "a.b", "x\"y"};

    std::set<std::uint64_t> neighbors(std::uint64_t id, const std::string& step) const {
        static const std::map<std::string, std::pair<std::string, std::string>> kReverse{
            {"slices", {"Slice", "site"}},
            {"admirers", {"Slice", "friends"}},
            {"instances", {"Instance", "slice"}}};
        const auto reverse = kReverse.find(step);
        if (reverse == kReverse.end()) {
            const auto links = plain_.at(id).links.find(step);
            return links == plain_.at(id).links.end() ? std::set<std::uint64_t>{} : links->second;
        }
        std::set<std::uint64_t> found;
        for (const auto& [other, object] : plain_) {
            const auto links = object.links.find(reverse->second.second);
            // Reverse links show live objects only.
            if (!object.deleted && links != object.links.end() && links->second.count(id) > 0)
                found.insert(other);
        }
        return found;
    }

    bool fits(std::uint64_t id, const std::pair<std::string, std::string>& condition) const {
        auto [name, wanted] = condition;
        const bool negated = name.starts_with("not__");
        std::vector<std::string> path;
        std::string rest = negated ? name.substr(5) : name;
        for (auto at = rest.find("__"); at != rest.npos; at = rest.find("__")) {
            path.push_back(rest.substr(0, at));
            rest = rest.substr(at + 2);
        }
        path.push_back(rest);
        static const std::set<std::string> kOperators{"exact",  "in",     "gt",       "lte",
                                                      "isnull", "iexact", "contains", "startswith"};
        std::string op = "exact";
        if (kOperators.count(path.back()) > 0) {
            op = path.back();
            path.pop_back();
        }
        const bool is_number = path.back() == "size" || path.back() == "rank";
        const auto found = ends(id, path);
        const bool any = std::any_of(found.begin(), found.end(), [&, &wanted = wanted](auto& end) {
            if (op == "isnull")
                return (end == kNull) == (wanted == "true");
            return end != kNull && compares(op, end, wanted, is_number);
        });
        return any != negated;
    }

    static bool compares(const std::string& op, const std::string& have, const std::string& wanted,
                         bool is_number) {
        if (op == "in") {
            const auto parts = split(wanted, ',');
            return std::find(parts.begin(), parts.end(), have) != parts.end();
        }
        if (op == "gt")
            return is_number ? std::stoi(have) > std::stoi(wanted) : have > wanted;
        if (op == "lte")
            return is_number ? std::stoi(have) <= std::stoi(wanted) : have <= wanted;
        if (op == "iexact")
            return to_lower(have) == to_lower(wanted);
        if (op == "contains")
            return have.find(wanted) != have.npos;
        if (op == "startswith")
            return have.starts_with(wanted);
        return have == wanted;
    }

    std::uint64_t any_id() {
        return std::next(plain_.begin(),
                         static_cast<int>(roll(static_cast<unsigned>(plain_.size()))))
            ->first;
    }
    std::vector<std::uint64_t> live(const std::string& type) const {
        return find(type, Query::Kind::Live, {});
    }

    void set(FieldValues& values, Plain& object, const std::string& field) {
        const schema::Type& type = *schema_->find_type(object.type);
        const auto at = type.find_field_index(field);
        if (!at)
            return;
        object.values.erase(field);
        Value value;
        if (field == "size" || field == "rank") {
            if (roll(4) > 0) {
                const auto number = static_cast<std::int64_t>(roll(9)) - 4;
                value = number;
                object.values[field] = std::to_string(number);
            }
        } else if (roll(5) > 0 || field == "name") {
            std::string text = kWords[roll(std::size(kWords))];
            if (field == "name")
                text += std::to_string(plain_.size());
            value = text;
            object.values[field] = text;
        }
        values.emplace_back(*at, value);
    }

    void link(FieldValues& values, Plain& object, const std::string& field, std::size_t most) {
        const schema::Type& type = *schema_->find_type(object.type);
        const auto at = type.find_field_index(field);
        if (!at)
            return;
        const auto targets = live(field == "site" ? "Site" : "Slice");
        std::vector<ObjectId> members;
        auto& ids = object.links[field];
        ids.clear();
        while (!targets.empty() && ids.size() < most && (roll(3) > 0 || field == "slice"))
            ids.insert(targets[roll(static_cast<unsigned>(targets.size()))]);
        for (const std::uint64_t id : ids)
            members.push_back(ObjectId{id});
        if (field == "friends")
            values.emplace_back(*at, members);
        else
            values.emplace_back(*at, members.empty() ? Value{} : Value(members[0]));
    }

    FieldValues random_values(Plain& object) {
        FieldValues values;
        for (const char* field : {"name", "region", "size", "rank"})
            set(values, object, field);
        link(values, object, "site", 1);
        link(values, object, "friends", 3);
        link(values, object, "slice", 1);
        return values;
    }

    void make() {
        static constexpr const char* kTypes[] = {"Site", "Slice", "Slice", "Instance",
                                                 "BigInstance"};
        Plain object{.type = kTypes[roll(5)]};
        if (object.type.ends_with("Instance") && live("Slice").empty())
            return;
        const FieldValues values = random_values(object);
        draft_.create(*schema_->find_type(object.type), ObjectId{++last_id_}, values);
        plain_[last_id_] = std::move(object);
    }

    void change(std::uint64_t id) {
        Plain object = plain_[id];
        if (object.deleted)
            return;
        draft_.update(ObjectId{id}, random_values(object));
        plain_[id] = std::move(object);
    }

    /// Only what nothing links to: live objects never link to deleted ones.
    void erase(std::uint64_t id) {
        for (const auto& [other, object] : plain_) {
            for (const auto& [field, targets] : object.links) {
                if (targets.count(id) > 0)
                    return;
            }
        }
        plain_[id].deleted = true;
        draft_.update(ObjectId{id}, {{schema::base_field::kDeleted, true}});
    }

    std::mt19937 random_;
    std::shared_ptr<const schema::Schema> schema_ =
        std::get<0>(schema::Schema::build({{.file = "t.xproto", .app = "core", .text = kModel}}));
    Store store_{schema_};
    Draft draft_ = store_.begin();
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, Plain> plain_;
};

std::pair<std::string, std::string> random_condition(World& world, const std::string& type) {
    static const std::map<std::string, std::vector<std::string>> kPaths{
        {"Site",
         {"name", "region", "slices__name", "slices__rank", "slices__instances__name",
          "slices__friends__size"}},
        {"Slice",
         {"name", "size", "rank", "site__name", "site__region", "friends__name", "admirers__rank",
          "instances__name", "friends__site__region", "admirers__site__name"}},
        {"Instance",
         {"name", "slice__name", "slice__size", "slice__site__region", "slice__friends__name",
          "slice__instances__name"}}};
    static constexpr const char* kValues[] = {"red1", "Red", "green", "blue12", "", "a", "x\"y"};
    const auto& paths = kPaths.at(type);
    std::string name = paths[world.roll(static_cast<unsigned>(paths.size()))];
    const bool is_number = name.ends_with("size") || name.ends_with("rank");
    std::string value = is_number ? std::to_string(static_cast<int>(world.roll(9)) - 4)
                                  : kValues[world.roll(std::size(kValues))];
    switch (world.roll(is_number ? 5 : 8)) {
        case 0: break;
        case 1: name += "__in", value += is_number ? ",0,2" : ",green,red3"; break;
        case 2: name += "__isnull", value = world.roll(2) ? "true" : "false"; break;
        case 3: name += "__gt"; break;
        case 4: name += "__lte"; break;
        case 5: name += "__contains"; break;
        case 6: name += "__startswith"; break;
        default: name += "__iexact"; break;
    }
    return {world.roll(4) == 0 ? "not__" + name : name, value};
}

/// All pages of a query, one after the other; the model may change in between.
std::vector<std::uint64_t> all_pages(World& world, Query query, std::size_t total) {
    std::vector<std::uint64_t> ids;
    query.limit = 1 + world.roll(30);
    query.count = true;
    do {
        const auto page = find(world.view(), query);
        REQUIRE(page);
        CHECK(page->total == total);
        for (const Row* row : page->rows)
            ids.push_back(row->id().value);
        query.after = page->next;
    } while (!query.after.empty());
    return ids;
}

TEST_CASE("queries find what a slow and obvious engine finds, on random models") {
    for (unsigned seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        World world(seed);
        for (int round = 0; round < 120; ++round) {
            const std::string type = std::array{"Site", "Slice", "Instance"}[world.roll(3)];
            std::vector<std::pair<std::string, std::string>> where;
            Query query{.type = world.schema().find_type(type)->id};
            query.kind = std::array{Query::Kind::Live, Query::Kind::Live, Query::Kind::All,
                                    Query::Kind::Deleted}[world.roll(4)];
            std::string text = type;
            for (unsigned i = world.roll(4); i > 0; --i) {
                where.push_back(random_condition(world, type));
                text += " " + where.back().first + "=" + where.back().second;
                auto condition = parse_condition(world.schema(), query.type, where.back().first,
                                                 where.back().second);
                REQUIRE_MESSAGE(condition.has_value(), text);
                query.conditions.push_back(std::move(*condition));
            }
            CAPTURE(text);
            const auto wanted = world.find(type, query.kind, where);
            CHECK(all_pages(world, query, wanted.size()) == wanted);
            CHECK(estimate(world.view(), query) >= std::min(wanted.size(), query.limit + 1));
            world.step();
        }
    }
}

TEST_CASE("an order by several keys is the order of a stable sort, on random models") {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        World world(seed);
        for (const char* order : {"size", "-rank,size", "site__region,-name", "-site__name,rank"}) {
            Query query{.type = world.schema().find_type("Slice")->id};
            query.order = *parse_order(world.schema(), query.type, order);
            auto wanted = world.find("Slice", Query::Kind::Live, {});
            auto keys = split(order, ',');
            std::reverse(keys.begin(), keys.end());
            for (std::string_view key : keys) {
                const bool descending = key.starts_with('-');
                std::vector<std::string> path;
                std::string rest(key.substr(descending ? 1 : 0));
                if (const auto at = rest.find("__"); at != rest.npos) {
                    path.push_back(rest.substr(0, at));
                    rest = rest.substr(at + 2);
                }
                path.push_back(rest);
                const bool is_number = rest == "size" || rest == "rank";
                // A null comes first: as the least number, or as a text before all texts.
                const auto value = [&](std::uint64_t id) {
                    const std::string end = world.ends(id, path)[0];
                    const bool is_null = end == World::kNull;
                    return std::tuple(!is_null, is_number && !is_null ? std::stoi(end) : 0, end);
                };
                std::stable_sort(wanted.begin(), wanted.end(), [&](auto a, auto b) {
                    return descending ? value(b) < value(a) : value(a) < value(b);
                });
            }
            CAPTURE(order);
            CHECK(all_pages(world, query, wanted.size()) == wanted);
        }
    }
}

TEST_CASE("what stays as it is comes once in the pages of a list, whatever changes meanwhile") {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        World world(seed);
        Query query{.type = world.schema().find_type("Slice")->id};
        query.order = *parse_order(world.schema(), query.type, seed % 2 ? "rank,name" : "");
        query.limit = 5;
        std::map<std::uint64_t, std::pair<const Row*, int>> seen;
        std::map<std::uint64_t, const Row*> before;
        for (const std::uint64_t id : world.find("Slice", Query::Kind::Live, {}))
            before[id] = world.view().find(ObjectId{id});
        do {
            const auto page = find(world.view(), query);
            REQUIRE(page);
            for (const Row* row : page->rows)
                ++seen[row->id().value].second;
            query.after = page->next;
            world.step();
            world.step();
        } while (!query.after.empty());
        for (const auto& [id, row] : before) {
            if (world.view().find(ObjectId{id}) == row)
                CHECK(seen[id].second == 1);
        }
    }
}

}  // namespace
}  // namespace xos::model
