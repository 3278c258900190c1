#include "shell/state_commands.h"

#include "base/text.h"
#include "schema/xos_base.h"

#include <algorithm>

namespace xos::shell {

using schema::Field;
using schema::FieldClass;
using schema::FieldType;

namespace {

std::vector<Json> list_of(const Json& answer, std::string_view name) {
    const Json* list = answer.find(name);
    return list && list->as_array() ? *list->as_array() : Json::Array{};
}

std::string_view short_type(std::string_view type) {
    return type.substr(type.find('.') + 1);
}

std::string_view verb_of(std::string_view state) {
    if (state == "ready")
        return " is ready";
    if (state == "failed")
        return " has failed";
    if (state == "waiting")
        return " waits";
    if (state == "held")
        return " is held back";
    if (state == "deleting")
        return " is being deleted";
    return state.empty() ? "" : " is in progress";
}

/// "Instance a/b waits"
std::string headline(const Json& object) {
    std::string line(short_type(object.text("type")));
    return line.append(" ").append(object.text("name")).append(verb_of(object.text("state")));
}

void write_causes(const Json& object, std::size_t indent, std::string& out) {
    const auto line = [&](const std::string& text) {
        out.append(indent, ' ').append(one_line(text, 1000)).append("\n");
    };
    const std::string text(object.text("text"));
    if (!text.empty() && object.text("state") != "ready")
        line("service " + std::string(object.text("owner")) + " says: " + text);
    const auto causes = list_of(object, "because");
    for (const Json& cause : causes) {
        const std::string reason(cause.text("reason"));
        const Json* other = cause.find("object");
        if (other) {
            line(reason + ": " + headline(*other));
            write_causes(*other, indent + 2, out);
        } else {
            line(cause.find("hidden") ? reason + ": an object that you may not see" : reason);
        }
    }
    if (text.empty() && causes.empty() && object.text("state") == "in_progress") {
        const std::string_view owner = object.text("owner");
        line(owner.empty() ? std::string("no service makes it yet")
                           : "service " + std::string(owner) + " has not said anything of it yet");
    }
}

}  // namespace

Result<void> why(Session& session, const std::string& type_word, const std::string& key) {
    const schema::Type* type = TRY(session.catalog->find_type(type_word));
    const ObjectId id = TRY(session.catalog->find_id(*type, key));
    const Json answer = TRY(session.api->call(
        "GET", Catalog::plural_of(*type) + "/" + std::to_string(id.value) + "/why"));
    if (session.format != Format::Table) {
        show_json(session, answer);
        return {};
    }
    std::string line = one_line(headline(answer), 1000);
    const std::string owner(answer.text("owner"));
    if (answer.text("state") == "ready" && !owner.empty())
        line += ": service " + printable(owner) + " made it so";
    if (!answer.text("since").empty())
        line += ", since " + std::string(answer.text("since"));
    std::string causes;
    write_causes(answer, 2, causes);
    print(line + "\n" + causes);
    return {};
}

namespace {

constexpr const char* kMostOfAType = "20";

/// Adds what is not ready, and what waits to be gone, of one type.
Result<void> add_troubled(Session& session, const schema::Type& type, Json& troubled) {
    for (const http::Query& which : {http::Query{{"ready", "false"}, {"limit", kMostOfAType}},
                                     http::Query{{"kind", "deleted"}, {"limit", kMostOfAType}}}) {
        const auto page = TRY(session.api->list(Catalog::plural_of(type), which));
        TRY(session.catalog->load_parts_of_keys(type, page.items));
        for (const Json& object : page.items) {
            Json one;
            one.set("type", type.name);
            one.set("id", object.number("id"));
            one.set("name", session.catalog->key_of(type, object));
            one.set("status", status_of(object));
            troubled.add(std::move(one));
        }
        if (!page.next.empty()) {
            Json more;
            more.set("type", type.name);
            more.set("name", "…");
            more.set("status", "and more: xos ls " + to_lower(type.name) + " " + which[0].first +
                                   "=" + which[0].second);
            troubled.add(std::move(more));
        }
    }
    return {};
}

/// Where nothing was started there is no state to tell, but a reason.
std::string state_of_service(const Json& service) {
    const std::string_view state = service.text("state");
    if (!state.empty())
        return std::string(state);
    const Json* enabled = service.find("enabled");
    const bool is_off = enabled && enabled->as_bool() && !*enabled->as_bool();
    return is_off ? "switched off" : "not loaded";
}

/// Who may not see all objects cannot say that all are ready.
std::string all_ready(Session& session) {
    const auto me = session.api->call("GET", "utility/me");
    const Json* user = me ? me->find("user") : nullptr;
    const Json* flag = user ? user->find("is_admin") : nullptr;
    const bool sees_all = flag && flag->as_bool() && *flag->as_bool();
    return sees_all ? "all objects are ready\n" : "all objects that you may see are ready\n";
}

void show_services(const std::vector<Json>& services) {
    Table table({"SERVICE", "STATE", "PID", "RESTARTS", "MESSAGE"});
    for (const Json& service : services) {
        const std::int64_t pid = service.number("pid");
        table.add({std::string(service.text("name")), state_of_service(service),
                   pid > 0 ? std::to_string(pid) : "", std::to_string(service.number("restarts")),
                   one_line(service.text("message"), 80)});
    }
    print(table.format());
}

}  // namespace

Result<void> status(Session& session) {
    const auto services = list_of(TRY(session.api->call("GET", "services")), "items");
    Json troubled(Json::Array{});
    for (const schema::Type& type : session.catalog->schema().types()) {
        if (!type.abstract)
            TRY(add_troubled(session, type, troubled));
    }
    if (session.format != Format::Table) {
        Json all;
        all.set("services", services);
        all.set("not_ready", std::move(troubled));
        show_json(session, all);
        return {};
    }
    show_services(services);
    Table table({"NOT READY", "NAME", "STATUS"});
    for (const Json& one : *troubled.as_array())
        table.add({std::string(one.text("type")), one_line(one.text("name"), 60),
                   one_line(one.text("status"), 120)});
    print(table.empty() ? all_ready(session) : "\n" + table.format());
    return {};
}

namespace {

/// What a version has changed, as FIELD=VALUE words; empty when only the system's own fields.
Result<std::string> changes_of(Session& session, const schema::Type& type, const Json& version) {
    if (version.text("kind") == "purge")
        return std::string("gone");
    std::vector<std::string> words;
    const Json* object = version.find("object");
    for (const Json& name : list_of(version, "changed")) {
        const auto at = type.find_field_index(name.as_string() ? *name.as_string() : "");
        const Json* value = object && name.as_string() ? object->find(*name.as_string()) : nullptr;
        if (at == schema::base_field::kDeleted && value && *value == Json(true))
            words.emplace_back("deleted");
        if (!at || *at < schema::base_field::kCount || *at >= type.fields.size())
            continue;
        const Field& field = type.fields[*at];
        const auto ids = object ? linked_ids(field, *object) : std::vector<std::int64_t>{};
        if (!ids.empty())
            TRY(session.catalog->load_keys(session.catalog->schema().type(field.target),
                                           {ids.begin(), ids.end()}));
        words.push_back(field.name + "=" +
                        (value ? one_line(text_of(*session.catalog, field, *value), 40) : ""));
    }
    return join(words, " ");
}

}  // namespace

Result<void> history(Session& session, const std::string& type_word, const std::string& key,
                     std::int64_t limit) {
    const schema::Type* type = TRY(session.catalog->find_type(type_word));
    const ObjectId id = TRY(session.catalog->find_id(*type, key));
    const Json answer =
        TRY(session.api->call("GET", Catalog::plural_of(*type) + "/" + std::to_string(id.value) +
                                         "/history?limit=" + std::to_string(limit)));
    if (session.format != Format::Table) {
        show_json(session, answer);
        return {};
    }
    Table table({"REVISION", "TIME", "WHO", "CHANGED"});
    for (const Json& version : list_of(answer, "items")) {
        const std::string changes = TRY(changes_of(session, *type, version));
        if (!changes.empty())
            table.add({std::to_string(version.number("revision")),
                       std::string(version.text("time")), std::string(version.text("user")),
                       changes});
    }
    print(table.format());
    return {};
}

namespace {

/// "whole number", "link to Site (NAME)", "one of vm, container"
std::string kind_of(const Session& session, const Field& field) {
    std::vector<std::string> choices;
    for (const auto& [value, label] : field.choices)
        choices.push_back(value);
    if (!choices.empty())
        return join(choices, ", ");
    switch (field.type) {
        case FieldType::Bool: return "true or false";
        case FieldType::Int: return "whole number";
        case FieldType::Double: return "number";
        case FieldType::String: return "text";
        case FieldType::Time: return "time";
        case FieldType::Json: return "JSON";
        case FieldType::Map: return "names with texts, as JSON";
        case FieldType::Link:
        case FieldType::LinkSet: break;
    }
    const schema::Type& target = session.catalog->schema().type(field.target);
    return target.name + (field.type == FieldType::LinkSet ? "s" : "") + ", by " +
           session.catalog->key_form(target);
}

std::string note_of(const Field& field) {
    if (field.field_class == FieldClass::Feedback)
        return "told by the service";
    if (field.required && !field.allocated && schema::is_null(field.default_value))
        return "needed";
    return field.immutable ? "never changes" : "";
}

}  // namespace

Result<void> show_types(Session& session, const std::string& word) {
    if (word.empty()) {
        Table table({"TYPE", "NAMED", "WHAT"});
        for (const schema::Type& type : session.catalog->schema().types()) {
            if (!type.abstract)
                table.add({to_lower(type.name), session.catalog->key_form(type),
                           one_line(type.description, 80)});
        }
        print(table.format());
        return {};
    }
    const schema::Type* type = TRY(session.catalog->find_type(word));
    Table table({"FIELD", "VALUE", "", "WHAT"});
    for (std::size_t i = schema::base_field::kCount; i < type->fields.size(); ++i) {
        const Field& field = type->fields[i];
        if (field.field_class != FieldClass::Bookkeeping)
            table.add({field.name, one_line(kind_of(session, field), 50), note_of(field),
                       one_line(field.help_text, 80)});
    }
    print(table.format());
    return {};
}

}  // namespace xos::shell
