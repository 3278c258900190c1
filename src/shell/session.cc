#include "shell/session.h"

#include "schema/xos_base.h"

#include <cstdio>

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

/// What back-ends will say of it follows from the rest.
bool is_told(const std::string& field) {
    return !field.starts_with("backend_");
}

void add_change(const Json& change, Table& table) {
    const auto text = [](const Json* value) {
        if (!value || value->is_null())
            return std::string();
        return one_line(value->as_string() ? *value->as_string() : value->format(), 40);
    };
    const std::string_view type = change.text("type");
    const std::string name(change.text("name"));
    std::vector<std::string> first = {std::string(change.text("change")),
                                      std::string(type.substr(type.find('.') + 1)),
                                      name.empty() ? std::to_string(change.number("id")) : name};
    const Json* fields = change.find("fields");
    bool shown = false;
    for (const auto& [field, values] :
         fields && fields->as_object() ? *fields->as_object() : Json::Object{}) {
        if (!is_told(field))
            continue;
        table.add({first[0], first[1], first[2], field, text(values.find("old")),
                   text(values.find("new"))});
        first = {"", "", ""};
        shown = true;
    }
    if (!shown && change.text("change") != "update")
        table.add({first[0], first[1], first[2], "", "", ""});
}

}  // namespace

void show_plan(const Session& session, const Json& plan) {
    if (session.format != Format::Table)
        return show_json(session, plan);
    Table table({"WOULD", "TYPE", "NAME", "FIELD", "FROM", "TO"});
    const Json* changes = plan.find("changes");
    for (const Json& change : changes && changes->as_array() ? *changes->as_array() : Json::Array{})
        add_change(change, table);
    print(table.empty() ? "nothing would change\n" : table.format());
}

}  // namespace xos::shell
