#include "shell/catalog.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace xos::shell {

using schema::Field;
using schema::FieldType;

namespace {

constexpr std::size_t kIdsInOneQuery = 200;

bool is_link(const Field& field) {
    return field.type == FieldType::Link;
}

Result<Json> parse_number(const Field& field, const std::string& text) {
    if (field.type == FieldType::Int) {
        if (const auto number = parse_int(text))
            return Json(*number);
        const std::size_t first = text.starts_with('-') ? 1 : 0;
        const bool is_whole =
            text.size() > first && text.find_first_not_of("0123456789", first) == std::string::npos;
        return Error{ErrorCode::Invalid, is_whole ? "has more digits than a number can have"
                                                  : "wants a whole number, not \"" + text + "\""};
    }
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (*end != '\0' || text.empty() || !std::isfinite(number))
        return Error{ErrorCode::Invalid, "wants a number, not \"" + text + "\""};
    return Json(number);
}

Result<Json> parse_bool(const std::string& text) {
    const std::string lower = to_lower(text);
    if (lower == "true" || lower == "yes" || lower == "1")
        return Json(true);
    if (lower == "false" || lower == "no" || lower == "0")
        return Json(false);
    return Error{ErrorCode::Invalid, "wants true or false, not \"" + text + "\""};
}

std::string expand_home(const std::string& path) {
    const char* home = std::getenv("HOME");
    return path.rfind("~/", 0) == 0 && home ? home + path.substr(1) : path;
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(client::Api& api) {
    auto built = schema::Schema::build(TRY(api.sources()));
    if (const auto* problems = std::get_if<schema::Problems>(&built))
        return Error{ErrorCode::Internal,
                     "the server's types cannot be read: " + schema::format(*problems)};
    return std::unique_ptr<Catalog>(
        new Catalog(api, std::get<std::shared_ptr<const schema::Schema>>(built)));
}

Result<const schema::Type*> Catalog::find_type(std::string_view word) const {
    std::vector<std::string> names;
    const std::string lower = to_lower(word);
    for (const schema::Type& type : schema_->types()) {
        const std::string name = to_lower(type.name);
        if (lower == name || lower == type.plural || lower == plural_of(type) ||
            lower == to_lower(type.full_name()))
            return &type;
        names.push_back(name);
    }
    std::string message = "there is no type \"" + std::string(word) + "\"";
    if (const auto meant = closest(lower, names))
        message += ", did you mean \"" + *meant + "\"?";
    return Error{ErrorCode::NotFound, message};
}

/// Filters for a natural key, whose parts are taken from the front of `parts`.
Result<void> Catalog::add_key_filters(const schema::Type& type, const std::string& prefix,
                                      std::vector<std::string>& parts, http::Query& query) const {
    if (type.natural_key.empty())
        return Error{ErrorCode::Invalid, "objects of " + type.name + " have no names"};
    for (std::size_t i = 0; i < type.natural_key.size(); ++i) {
        const Field& field = type.fields[type.natural_key[i]];
        if (is_link(field)) {
            TRY(add_key_filters(schema_->type(field.target), prefix + field.name + "__", parts,
                                query));
            continue;
        }
        if (parts.empty())
            return Error{ErrorCode::Invalid, "the name has too few parts"};
        // A name may hold slashes where it is the last part.
        const bool is_last = i + 1 == type.natural_key.size() && prefix.empty();
        query.emplace_back(prefix + field.name, is_last ? join(parts, "/") : parts.front());
        if (is_last)
            parts.clear();
        else
            parts.erase(parts.begin());
    }
    return {};
}

std::string Catalog::key_form(const schema::Type& type) const {
    std::vector<std::string> parts;
    for (const auto at : type.natural_key) {
        const Field& field = type.fields[at];
        const schema::Type* target = is_link(field) ? &schema_->type(field.target) : nullptr;
        const bool is_long = target && target->natural_key.size() > 1;
        parts.push_back(is_long ? key_form(*target) : to_upper(field.name));
    }
    return join(parts, "/");
}

Result<Json> Catalog::find(const schema::Type& type, std::string_view key) const {
    if (const auto number = parse_int(key); number && *number > 0)
        return api_.get(plural_of(type), ObjectId{static_cast<std::uint64_t>(*number)});
    http::Query query;
    std::vector<std::string> parts;
    for (const std::string_view part : split(key, '/'))
        parts.emplace_back(part);
    if (type.natural_key.empty())
        return Error{ErrorCode::Invalid,
                     "objects of " + type.name + " have no names: give a number"};
    if (!add_key_filters(type, "", parts, query) || !parts.empty())
        return Error{ErrorCode::Invalid, "\"" + std::string(key) + "\" is no " + type.name +
                                             ", which is named " + key_form(type)};
    auto page = TRY(api_.list(plural_of(type), query));
    if (page.items.empty()) {
        // One that is being deleted still has its say, though its name is free: the youngest.
        query.emplace_back("kind", "deleted");
        query.emplace_back("order", "-id");
        query.emplace_back("limit", "1");
        page = TRY(api_.list(plural_of(type), query));
    }
    if (page.items.empty())
        return Error{ErrorCode::NotFound,
                     "there is no " + type.name + " \"" + std::string(key) + "\""};
    if (page.items.size() > 1)
        return Error{ErrorCode::Conflict, "there are several " + type.name + " \"" +
                                              std::string(key) + "\": give a number, as `xos ls " +
                                              to_lower(type.name) + " --columns id` shows"};
    return page.items[0];
}

Result<ObjectId> Catalog::find_id(const schema::Type& type, std::string_view key) const {
    const Json object = TRY(find(type, key));
    return ObjectId{static_cast<std::uint64_t>(object.number("id"))};
}

Result<void> Catalog::load_keys(const schema::Type& type, const std::set<std::int64_t>& ids) {
    std::vector<std::string> wanted;
    const auto load = [&]() -> Result<void> {
        const auto items = TRY(api_.list_all(plural_of(type), {{"id__in", join(wanted, ",")}}));
        wanted.clear();
        TRY(load_parts_of_keys(type, items));
        for (const Json& item : items)
            keys_[item.number("id")] = key_of(type, item);
        return {};
    };
    for (const std::int64_t id : ids) {
        if (id > 0 && keys_.count(id) == 0)
            wanted.push_back(std::to_string(id));
        if (wanted.size() == kIdsInOneQuery)
            TRY(load());
    }
    if (!wanted.empty())
        TRY(load());
    return {};
}

Result<void> Catalog::load_parts_of_keys(const schema::Type& type,
                                         const std::vector<Json>& objects) {
    for (const auto at : type.natural_key) {
        const Field& field = type.fields[at];
        if (!is_link(field))
            continue;
        std::set<std::int64_t> ids;
        for (const Json& object : objects)
            ids.insert(object.number(field.api_name));
        TRY(load_keys(schema_->type(field.target), ids));
    }
    return {};
}

std::string Catalog::key_of(const schema::Type& type, const Json& object) {
    std::vector<std::string> parts;
    for (const auto at : type.natural_key) {
        const Field& field = type.fields[at];
        if (is_link(field))
            parts.push_back(key_of_id(field.target, object.number(field.api_name)));
        else if (field.type == FieldType::Int)
            parts.push_back(std::to_string(object.number(field.api_name)));
        else
            parts.emplace_back(object.text(field.api_name));
    }
    return parts.empty() ? std::to_string(object.number("id")) : join(parts, "/");
}

std::string Catalog::key_of_id(TypeId, std::int64_t id) const {
    if (id == 0)
        return "";
    const auto at = keys_.find(id);
    return at == keys_.end() ? std::to_string(id) : at->second;
}

Result<Json> Catalog::parse_value(const Field& field, const std::string& given) const {
    std::string text = given;
    if (!text.empty() && text.front() == '@')
        text = TRY(read_file(expand_home(text.substr(1))));
    const auto link = [&](std::string_view key) -> Result<Json> {
        return Json(TRY(find_id(schema_->type(field.target), key)).value);
    };
    if (text.empty() && field.type != FieldType::LinkSet)
        return field.type == FieldType::String && field.required ? Json("") : Json();
    switch (field.type) {
        case FieldType::Bool: return parse_bool(text);
        case FieldType::Int:
        case FieldType::Double: return parse_number(field, text);
        case FieldType::String:
        case FieldType::Time: return Json(text);
        case FieldType::Json:
        case FieldType::Map: return Json::parse(text);
        case FieldType::Link: return link(text);
        case FieldType::LinkSet: {
            Json members = Json(Json::Array{});
            for (const std::string_view key : split(text, ','))
                members.add(TRY(link(trim(key))));
            return members;
        }
    }
    return Error{ErrorCode::Internal, "field type outside its enumeration"};
}

}  // namespace xos::shell
