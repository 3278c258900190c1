#include "shell/session.h"

#include "schema/xos_base.h"

#include <cstdio>
#include <map>

namespace xos::shell {

using schema::Field;
using schema::FieldType;

Result<Session> Session::open(Format format) {
    Session session;
    session.format = format;
    session.credentials = TRY(load_credentials());
    client::Api::Options options{.token = session.credentials.token};
    options.http.tls_ca = session.credentials.tls_ca;
    session.api = TRY(client::Api::create(session.credentials.url, std::move(options)));
    session.catalog = TRY(Catalog::open(*session.api));
    return session;
}

std::string status_of(const Json& object) {
    const auto flag = [&](std::string_view name) {
        const Json* value = object.find(name);
        return value && value->as_bool() && *value->as_bool();
    };
    const std::string text(object.text("backend_status"));
    if (flag("ready"))
        return "ready";
    if (object.number("backend_code") == 2)
        return "error: " + text;
    if (flag("deleted"))
        return "deleting" + (text.empty() ? "" : ": " + text);
    return "in progress" + (text.empty() ? "" : ": " + text);
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void show_json(const Session& session, const Json& json) {
    print(printable_json(session.format == Format::Json ? json.format_pretty() + "\n"
                                                        : to_yaml(json)));
}

std::string text_of(const Catalog& catalog, const Field& field, const Json& value) {
    if (value.is_null())
        return "";
    if (field.type == FieldType::Link && value.as_int())
        return catalog.key_of_id(field.target, *value.as_int());
    if (field.type == FieldType::LinkSet && value.as_array()) {
        std::string keys;
        for (const Json& member : *value.as_array())
            keys += (keys.empty() ? "" : ", ") +
                    catalog.key_of_id(field.target, member.as_int() ? *member.as_int() : 0);
        return keys;
    }
    return value.as_string() ? *value.as_string() : value.format();
}

std::vector<std::int64_t> linked_ids(const Field& field, const Json& object) {
    std::vector<std::int64_t> ids;
    const bool is_link = field.type == FieldType::Link || field.type == FieldType::LinkSet;
    const Json* value = is_link ? object.find(field.api_name) : nullptr;
    if (value && value->as_int())
        ids.push_back(*value->as_int());
    for (const Json& member : value && value->as_array() ? *value->as_array() : Json::Array{}) {
        if (member.as_int())
            ids.push_back(*member.as_int());
    }
    return ids;
}

namespace {

Result<void> load_link_keys(Catalog& catalog, const schema::Type& type, const Json& object) {
    for (const Field& field : type.fields) {
        const auto ids = linked_ids(field, object);
        if (!ids.empty())
            TRY(catalog.load_keys(catalog.schema().type(field.target), {ids.begin(), ids.end()}));
    }
    return {};
}

}  // namespace

Result<void> show_object(Session& session, const schema::Type& type, const Json& object) {
    if (session.format != Format::Table) {
        show_json(session, object);
        return {};
    }
    TRY(load_link_keys(*session.catalog, type, object));
    Table table({type.name, session.catalog->key_of(type, object)});
    table.add({"id", std::to_string(object.number("id"))});
    table.add({"status", status_of(object)});
    for (std::size_t i = schema::base_field::kCount; i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        const Json* value = object.find(field.api_name);
        const std::string text = value ? text_of(*session.catalog, field, *value) : "";
        if (!text.empty())
            table.add({field.name, text});
    }
    print(table.format());
    return {};
}

namespace {

constexpr std::size_t kWidestValue = 40;

/// What back-ends will say of it follows from the rest.
bool is_told(const std::string& field) {
    return !field.starts_with("backend_");
}

std::string name_of(const Json& change) {
    const std::string name(change.text("name"));
    return name.empty() ? std::to_string(change.number("id")) : name;
}

/// The rows of a plan.
class PlanTable {
public:
    PlanTable(Catalog& catalog, const Json::Array& changes) : catalog_(catalog) {
        for (const Json& change : changes)
            names_[change.number("id")] = name_of(change);
    }

    void add(const Json& change) {
        const std::string_view type_name = change.text("type");
        const schema::Type* type = catalog_.schema().find_type(type_name);
        std::vector<std::string> first = {std::string(change.text("change")),
                                          std::string(type_name.substr(type_name.find('.') + 1)),
                                          name_of(change)};
        const Json* fields = change.find("fields");
        bool shown = false;
        for (const auto& [name, values] :
             fields && fields->as_object() ? *fields->as_object() : Json::Object{}) {
            if (!is_told(name))
                continue;
            const Field* field = type ? type->find_field(name) : nullptr;
            table_.add({first[0], first[1], first[2], field ? field->name : name,
                        text(field, values.find("old")), text(field, values.find("new"))});
            first = {"", "", ""};
            shown = true;
        }
        if (!shown && change.text("change") != "update")
            table_.add({first[0], first[1], first[2], "", "", ""});
    }

    std::string format() const {
        return table_.empty() ? "nothing would change\n" : table_.format();
    }

private:
    std::string link(const Field& field, std::int64_t id) {
        const auto at = names_.find(id);
        if (at != names_.end())
            return at->second;
        // Without it, its number stands for it.
        (void)catalog_.load_keys(catalog_.schema().type(field.target), {id});
        return catalog_.key_of_id(field.target, id);
    }

    std::string text(const Field* field, const Json* value) {
        if (!value || value->is_null())
            return "";
        Json linked;
        if (field && value->as_int())
            linked.set(field->api_name, *value);
        if (field && !linked_ids(*field, linked).empty())
            return one_line(link(*field, *value->as_int()), kWidestValue);
        return one_line(value->as_string() ? *value->as_string() : value->format(), kWidestValue);
    }

    Catalog& catalog_;
    std::map<std::int64_t, std::string> names_;  ///< Of the plan's own objects.
    Table table_{{"WOULD", "TYPE", "NAME", "FIELD", "FROM", "TO"}};
};

}  // namespace

void show_plan(const Session& session, const Json& plan) {
    if (session.format != Format::Table)
        return show_json(session, plan);
    const Json* list = plan.find("changes");
    const auto changes = list && list->as_array() ? *list->as_array() : Json::Array{};
    PlanTable table(*session.catalog, changes);
    for (const Json& change : changes)
        table.add(change);
    print(table.format());
}

}  // namespace xos::shell
