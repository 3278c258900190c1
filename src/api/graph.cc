#include "api/graph.h"

#include "base/json.h"

#include <array>
#include <set>

namespace xos::api {

namespace base = schema::base_field;
using model::Row;
using schema::Type;

namespace {

/// A type whose objects are edges, and the names of its links at both ends: the first that is set.
struct EdgeKind {
    std::string_view type;
    std::string_view kind;
    std::array<std::string_view, 4> from;
    std::string_view to;
};

constexpr std::array<EdgeKind, 2> kEdges{{
    {"ServiceDependency", "dependency", {"subscriber_service", "", "", ""}, "provider_service"},
    {"ServiceInstanceLink",
     "link",
     {"subscriber_service_instance", "subscriber_service", "subscriber_network", "subscriber_user"},
     "provider_service_instance"},
}};

class Graph {
public:
    explicit Graph(const Reader& reader) : reader_(reader) {}

    std::string format() {
        for (const std::string_view name : {"Service", "ServiceInstance"}) {
            if (const Type* type = reader_.schema().find_type(name))
                for_each_seen(*type, [&](const Row& row) { add_node(row); });
        }
        for (const EdgeKind& kind : kEdges) {
            if (const Type* type = reader_.schema().find_type(kind.type))
                for_each_seen(*type, [&](const Row& row) { add_edge(kind, row); });
        }
        Json json;
        json.set("nodes", std::move(nodes_));
        json.set("edges", std::move(edges_));
        json.set("revision", reader_.snapshot()->revision().value);
        return json.format();
    }

private:
    template <class Use>
    void for_each_seen(const Type& type, Use use) {
        reader_.view().for_each(type.id, [&](const Row& row) {
            if (reader_.sees(row))
                use(row);
            return true;
        });
    }

    Json describe(const Row& row) const {
        Json json;
        json.set("id", row.id().value);
        json.set("type", reader_.view().type_of(row).full_name());
        json.set("name", reader_.name_of(row));
        json.set("ready", row.ready());
        json.set("deleted", row.deleted());
        json.set("code", row.integer(base::kBackendCode));
        json.set("status", row.string(base::kBackendStatus));
        return json;
    }

    void add_node(const Row& row) {
        if (!known_.insert(row.id()).second)
            return;
        nodes_.add(describe(row));
        const auto owner = reader_.view().type_of(row).find_field_index("owner");
        const Row* service = owner ? reader_.view().follow(row, *owner) : nullptr;
        if (service && reader_.sees(*service))
            edges_.add(edge("owner", row.id(), service->id()));
    }

    static Json edge(std::string_view kind, ObjectId from, ObjectId to) {
        Json json;
        json.set("kind", kind);
        json.set("from", from.value);
        json.set("to", to.value);
        return json;
    }

    /// What the link of this name leads to, if it may be seen.
    const Row* follow(const Row& row, std::string_view name) const {
        const auto field = reader_.view().type_of(row).find_field_index(name);
        const Row* target = field ? reader_.view().follow(row, *field) : nullptr;
        return target && reader_.sees(*target) ? target : nullptr;
    }

    void add_edge(const EdgeKind& kind, const Row& row) {
        const Row* to = follow(row, kind.to);
        const Row* from = nullptr;
        for (const std::string_view name : kind.from) {
            if (!from && !name.empty())
                from = follow(row, name);
        }
        if (!from || !to)
            return;
        add_node(*from);
        add_node(*to);
        Json json = edge(kind.kind, from->id(), to->id());
        const Json object = describe(row);
        for (const auto& [name, value] : *object.as_object())
            json.set(name, value);
        edges_.add(std::move(json));
    }

    const Reader& reader_;
    std::set<ObjectId> known_;
    Json nodes_{Json::Array{}};
    Json edges_{Json::Array{}};
};

}  // namespace

std::string format_graph(const Reader& reader) {
    return Graph(reader).format();
}

std::string format_violations(const Reader& reader, const std::vector<kernel::Violation>& found) {
    Json items(Json::Array{});
    for (const kernel::Violation& one : found) {
        const Row* row = reader.view().find(one.object);
        if (!row || !reader.sees(*row))
            continue;
        Json item;
        item.set("rule", one.rule);
        item.set("type", reader.view().type_of(*row).full_name());
        item.set("id", one.object.value);
        item.set("name", reader.name_of(*row));
        item.set("detail", one.message);
        items.add(std::move(item));
    }
    Json json;
    json.set("items", std::move(items));
    json.set("revision", reader.snapshot()->revision().value);
    return json.format();
}

}  // namespace xos::api
