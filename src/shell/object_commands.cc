#include "shell/object_commands.h"

#include "base/text.h"
#include "client/watch.h"
#include "schema/xos_base.h"
#include "shell/progress.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace xos::shell {

using schema::Field;
using schema::FieldClass;
using schema::FieldType;

namespace {

constexpr std::size_t kUsualColumns = 6;
constexpr std::size_t kWidestCell = 40;

struct Assignment {
    std::string name;
    std::string value;
};

Result<Assignment> split_assignment(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        return Error{ErrorCode::Invalid, "\"" + text + "\" is no FIELD=VALUE"};
    return Assignment{text.substr(0, equals), text.substr(equals + 1)};
}

Result<const Field*> find_field(const schema::Type& type, const std::string& name) {
    if (const Field* field = type.find_field(name))
        return field;
    std::vector<std::string> names;
    for (const Field& field : type.fields)
        names.push_back(field.name);
    std::string message = type.name + " has no field \"" + name + "\"";
    if (const auto meant = closest(name, names))
        message += ", did you mean \"" + *meant + "\"?";
    return Error{ErrorCode::Invalid, message};
}

Result<Json> fields_of(const Session& session, const schema::Type& type,
                       const std::vector<std::string>& assignments) {
    Json fields = Json(Json::Object{});
    for (const std::string& text : assignments) {
        const Assignment assignment = TRY(split_assignment(text));
        const Field* field = TRY(find_field(type, assignment.name));
        fields.set(field->api_name, TRY(session.catalog->parse_value(*field, assignment.value)));
    }
    return fields;
}

/// A filter of `ls`: a link given by natural key becomes its number; the rest is the API's.
Result<std::pair<std::string, std::string>> filter_of(const Session& session,
                                                      const schema::Type& type,
                                                      const std::string& text) {
    const Assignment assignment = TRY(split_assignment(text));
    const Field* field = type.find_field(assignment.name);
    if (!field || field->type != FieldType::Link || assignment.value.empty())
        return std::pair(assignment.name, assignment.value);
    const ObjectId target = TRY(
        session.catalog->find_id(session.catalog->schema().type(field->target), assignment.value));
    return std::pair(field->api_name, std::to_string(target.value));
}

/// The key's own fields are the NAME column; then what users set and back-ends report.
Result<std::vector<const Field*>> columns_of(const schema::Type& type, const std::string& wanted) {
    std::vector<const Field*> columns;
    if (!wanted.empty()) {
        for (const std::string_view name : split(wanted, ','))
            columns.push_back(TRY(find_field(type, std::string(trim(name)))));
        return columns;
    }
    for (std::size_t i = schema::base_field::kCount; i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        const auto at = static_cast<schema::FieldIndex>(i);
        const bool in_key = std::find(type.natural_key.begin(), type.natural_key.end(), at) !=
                            type.natural_key.end();
        const bool is_long = field.text || field.secret || field.hashed || field.gui_hidden ||
                             field.type == FieldType::Json || field.type == FieldType::Map ||
                             field.type == FieldType::LinkSet ||
                             field.field_class == FieldClass::Bookkeeping;
        if (!in_key && !is_long && columns.size() < kUsualColumns)
            columns.push_back(&field);
    }
    return columns;
}

std::string cell(const Session& session, const Field& field, const Json& object) {
    const Json* value = object.find(field.api_name);
    if (!value || value->is_null())
        return "";
    if (field.type == FieldType::Link && value->as_int())
        return session.catalog->key_of_id(field.target, *value->as_int());
    return one_line(value->as_string() ? *value->as_string() : value->format(), kWidestCell);
}

Result<void> load_keys(Session& session, const schema::Type& type,
                       const std::vector<const Field*>& columns, const std::vector<Json>& items) {
    std::map<TypeId, std::set<std::int64_t>> ids;
    const auto collect = [&](const Field& field) {
        if (field.type != FieldType::Link)
            return;
        for (const Json& item : items)
            ids[field.target].insert(item.number(field.api_name));
    };
    for (const Field* field : columns)
        collect(*field);
    for (const auto at : type.natural_key)
        collect(type.fields[at]);
    for (const auto& [target, wanted] : ids)
        TRY(session.catalog->load_keys(session.catalog->schema().type(target), wanted));
    return {};
}

Result<void> show_table(Session& session, const schema::Type& type, const std::string& wanted,
                        const std::vector<Json>& items) {
    const auto columns = TRY(columns_of(type, wanted));
    TRY(load_keys(session, type, columns, items));
    std::vector<std::string> headings = {"NAME"};
    for (const Field* field : columns)
        headings.push_back(to_upper(field->name));
    headings.emplace_back("STATUS");
    Table table(std::move(headings));
    for (const Json& item : items) {
        std::vector<std::string> row = {session.catalog->key_of(type, item)};
        for (const Field* field : columns)
            row.push_back(cell(session, *field, item));
        row.push_back(one_line(status_of(item), 60));
        table.add(std::move(row));
    }
    print(table.format());
    return {};
}

client::WriteOptions write_options(const ObjectArguments& arguments) {
    client::WriteOptions options;
    if (arguments.plan)
        options.mode = client::WriteOptions::Mode::Plan;
    if (arguments.cascade)
        options.cascade = client::WriteOptions::Cascade::Yes;
    return options;
}

/// Shows what a write has done or would do, and waits until it is real when that was asked for.
Result<void> after_write(Session& session, const schema::Type& type,
                         const ObjectArguments& arguments, const Json& answer) {
    if (arguments.plan) {
        show_plan(session, answer);
        return {};
    }
    if (arguments.wait)
        TRY(wait_until_real(
            session, {.since = Revision{static_cast<std::uint64_t>(answer.number("revision"))},
                      .ids = {answer.number("id")}}));
    const Json object =
        arguments.wait
            ? TRY(session.api->get(Catalog::plural_of(type),
                                   ObjectId{static_cast<std::uint64_t>(answer.number("id"))}))
            : answer;
    return show_object(session, type, object);
}

}  // namespace

Result<void> list_objects(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    http::Query query;
    for (const std::string& text : arguments.assignments)
        query.push_back(TRY(filter_of(session, *type, text)));
    if (!arguments.order.empty())
        query.emplace_back("order", arguments.order);
    query.emplace_back("limit", std::to_string(arguments.limit));
    const auto page = TRY(session.api->list(Catalog::plural_of(*type), query));
    if (session.format == Format::Table) {
        TRY(show_table(session, *type, arguments.columns, page.items));
    } else {
        const Json items{Json::Array(page.items)};
        print(session.format == Format::Json ? items.format_pretty() + "\n" : to_yaml(items));
    }
    if (!page.next.empty())
        std::fprintf(stderr, "there are more: give --limit above %lld\n",
                     static_cast<long long>(arguments.limit));
    return {};
}

Result<void> get_object(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    return show_object(session, *type, TRY(session.catalog->find(*type, arguments.key)));
}

Result<void> create_object(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    const Json fields = TRY(fields_of(session, *type, arguments.assignments));
    const Json made =
        TRY(session.api->create(Catalog::plural_of(*type), fields, write_options(arguments)));
    return after_write(session, *type, arguments, made);
}

Result<void> set_object(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    const ObjectId id = TRY(session.catalog->find_id(*type, arguments.key));
    const Json fields = TRY(fields_of(session, *type, arguments.assignments));
    const Json changed =
        TRY(session.api->update(Catalog::plural_of(*type), id, fields, write_options(arguments)));
    return after_write(session, *type, arguments, changed);
}

Result<void> remove_object(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    const ObjectId id = TRY(session.catalog->find_id(*type, arguments.key));
    const Json left =
        TRY(session.api->remove(Catalog::plural_of(*type), id, write_options(arguments)));
    if (arguments.plan) {
        show_plan(session, left);
        return {};
    }
    if (!left.is_null() && arguments.wait)
        TRY(wait_until_gone(session, {left.number("id")}));
    const bool is_gone = left.is_null() || arguments.wait;
    print(type->name + " " + arguments.key + (is_gone ? " is gone\n" : " is being deleted\n"));
    return {};
}

Result<void> watch_objects(Session& session, const ObjectArguments& arguments) {
    client::Watch::Options options;
    if (!arguments.type.empty()) {
        const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
        options.types.push_back(type->full_name());
    }
    const auto watch = TRY(client::Watch::open(*session.api, options));
    while (true) {
        const auto event = TRY(watch->next(Duration{3'600'000}));
        if (!event)
            continue;
        using Kind = client::WatchEvent::Kind;
        if (event->kind != Kind::Put && event->kind != Kind::Remove)
            continue;
        const bool is_put = event->kind == Kind::Put;
        if (session.format != Format::Table) {
            Json line;
            line.set("event", is_put ? "put" : "remove");
            line.set("type", event->type);
            line.set("id", event->id.value);
            line.set("revision", event->revision.value);
            if (is_put)
                line.set("object", event->object);
            print(line.format() + "\n");
            continue;
        }
        const schema::Type* type = session.catalog->schema().find_type(event->type);
        std::string line = std::to_string(event->revision.value) + " " + event->type + " ";
        if (is_put && type) {
            TRY(load_keys(session, *type, {}, {event->object}));
            line += session.catalog->key_of(*type, event->object) + " " + status_of(event->object);
            if (!event->changed.empty())
                line += " (" + join(event->changed, ", ") + ")";
        } else {
            line += std::to_string(event->id.value) + " gone";
        }
        print(one_line(line, 200) + "\n");
    }
}

}  // namespace xos::shell
