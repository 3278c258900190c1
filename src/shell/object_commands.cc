#include "shell/object_commands.h"

#include "base/text.h"
#include "client/watch.h"
#include "http/url.h"
#include "schema/xos_base.h"
#include "shell/arguments.h"
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
constexpr std::size_t kWidestName = 60;

/// How soon a field is shown to who names none: what it is linked to, then what it is, then what
/// only a back-end knows it by.
int rank(const Field& field) {
    if (field.type == FieldType::Link)
        return field.on_delete == schema::OnDelete::Clear ? 2 : 0;
    const bool is_id =
        field.field_class == FieldClass::Feedback && field.format != schema::Format::Ip;
    return is_id ? 2 : 1;
}

bool is_usual(const schema::Type& type, std::size_t at) {
    const Field& field = type.fields[at];
    const bool in_key = std::find(type.natural_key.begin(), type.natural_key.end(),
                                  static_cast<schema::FieldIndex>(at)) != type.natural_key.end();
    const bool is_long = field.text || field.secret || field.hashed || field.gui_hidden ||
                         field.type == FieldType::Json || field.type == FieldType::Map ||
                         field.type == FieldType::LinkSet ||
                         field.field_class == FieldClass::Bookkeeping;
    return !in_key && !is_long;
}

bool is_empty(const Field& field, const Json& object) {
    const Json* value = object.find(field.api_name);
    return !value || value->is_null() || (value->as_string() && value->as_string()->empty());
}

/// The columns of who names none: the key's own fields are the NAME column; what all objects leave
/// empty says nothing.
std::vector<const Field*> usual_columns(const schema::Type& type, const std::vector<Json>& items) {
    std::vector<const Field*> columns;
    for (std::size_t i = schema::base_field::kCount; i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        const bool says_something = std::any_of(
            items.begin(), items.end(), [&](const Json& item) { return !is_empty(field, item); });
        if (is_usual(type, i) && says_something)
            columns.push_back(&field);
    }
    std::stable_sort(columns.begin(), columns.end(), [](const Field* left, const Field* right) {
        return rank(*left) < rank(*right);
    });
    columns.resize(std::min(columns.size(), kUsualColumns));
    return columns;
}

std::string cell(const Session& session, const Field* field, const Json& object) {
    if (!field)
        return std::to_string(object.number("id"));
    const Json* value = object.find(field->api_name);
    return value ? one_line(text_of(*session.catalog, *field, *value), kWidestCell) : "";
}

Result<void> load_keys(Session& session, const schema::Type& type,
                       const std::vector<const Field*>& columns, const std::vector<Json>& items) {
    std::map<TypeId, std::set<std::int64_t>> ids;
    const auto collect = [&](const Field& field) {
        for (const Json& item : items) {
            for (const std::int64_t id : linked_ids(field, item))
                ids[field.target].insert(id);
        }
    };
    for (const Field* field : columns) {
        if (field)
            collect(*field);
    }
    for (const auto at : type.natural_key)
        collect(type.fields[at]);
    for (const auto& [target, wanted] : ids)
        TRY(session.catalog->load_keys(session.catalog->schema().type(target), wanted));
    return {};
}

Result<void> show_table(Session& session, const schema::Type& type,
                        const std::vector<const Field*>& columns, const std::vector<Json>& items) {
    TRY(load_keys(session, type, columns, items));
    std::vector<std::string> headings = {"NAME"};
    for (const Field* field : columns)
        headings.push_back(field ? to_upper(field->name) : "ID");
    headings.emplace_back("STATUS");
    Table table(std::move(headings));
    for (const Json& item : items) {
        std::vector<std::string> row = {one_line(session.catalog->key_of(type, item), kWidestName)};
        for (const Field* field : columns)
            row.push_back(cell(session, field, item));
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

namespace {

/// Of each object only the id and these fields.
Json only(const std::vector<const Field*>& columns, const std::vector<Json>& items) {
    Json list(Json::Array{});
    for (const Json& item : items) {
        Json part;
        part.set("id", item.number("id"));
        for (const Field* field : columns) {
            const Json* value = field ? item.find(field->api_name) : nullptr;
            if (value)
                part.set(field->api_name, *value);
        }
        list.add(std::move(part));
    }
    return list;
}

}  // namespace

Result<void> list_objects(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    auto query = TRY(parse_filters(*session.catalog, *type, arguments.assignments));
    const bool has_columns = !arguments.columns.empty();
    auto columns = TRY(parse_columns(*type, arguments.columns));
    if (!arguments.order.empty())
        query.emplace_back("order", arguments.order);
    query.emplace_back("limit", std::to_string(arguments.limit));
    const auto page = session.api->list(Catalog::plural_of(*type), query);
    if (!page)
        return in_words_of(*type, page.error());
    if (session.format == Format::Table) {
        if (!has_columns)
            columns = usual_columns(*type, page->items);
        TRY(show_table(session, *type, columns, page->items));
    } else {
        show_json(session,
                  has_columns ? only(columns, page->items) : Json(Json::Array(page->items)));
    }
    if (!page->next.empty())
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
    const Json fields = TRY(parse_fields(*session.catalog, *type, arguments.assignments));
    const auto made =
        session.api->create(Catalog::plural_of(*type), fields, write_options(arguments));
    if (!made)
        return in_words_of(*type, made.error());
    return after_write(session, *type, arguments, *made);
}

Result<void> set_object(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    const ObjectId id = TRY(session.catalog->find_id(*type, arguments.key));
    const Json fields = TRY(parse_fields(*session.catalog, *type, arguments.assignments));
    const auto changed =
        session.api->update(Catalog::plural_of(*type), id, fields, write_options(arguments));
    if (!changed)
        return in_words_of(*type, changed.error());
    return after_write(session, *type, arguments, *changed);
}

Result<void> act_on_object(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    const ObjectId id = TRY(session.catalog->find_id(*type, arguments.key));
    const Json answer = TRY(session.api->call(
        "POST", Catalog::plural_of(*type) + "/" + std::to_string(id.value) + "/actions/" +
                    http::percent_encode(arguments.action) + (arguments.plan ? "?plan=1" : "")));
    if (arguments.action == "abandon" && !arguments.plan) {
        print(type->name + " " + arguments.key + " is let go\n");
        return {};
    }
    return after_write(session, *type, arguments, answer);
}

Result<void> remove_object(Session& session, const ObjectArguments& arguments) {
    const schema::Type* type = TRY(session.catalog->find_type(arguments.type));
    const ObjectId id = TRY(session.catalog->find_id(*type, arguments.key));
    const auto answer =
        session.api->remove(Catalog::plural_of(*type), id, write_options(arguments));
    if (!answer)
        return in_words_of(*type, answer.error());
    const Json& left = *answer;
    if (arguments.plan) {
        show_plan(session, left);
        return {};
    }
    if (!left.is_null() && arguments.wait)
        TRY(wait_until_gone(session, {left.number("id")}));
    const bool is_gone = left.is_null() || arguments.wait;
    print(type->name + " " + printable(arguments.key) +
          (is_gone ? " is gone\n" : " is being deleted\n"));
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
            print(printable_json(line.format()) + "\n");
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
