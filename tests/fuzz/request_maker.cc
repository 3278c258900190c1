#include "request_maker.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace xos::fuzz {

namespace {

constexpr std::size_t kHighestId = 150;
constexpr std::size_t kMostIds = 40;
constexpr std::size_t kMostNames = 200;

const std::vector<std::string> kOperators = {
    "exact", "iexact", "contains", "icontains", "startswith", "regex",  "iregex",
    "in",    "gt",     "gte",      "lt",        "lte",        "isnull", "x"};

const std::vector<std::string> kParameters = {
    "limit",   "after",  "order", "fields",   "expand", "reverse", "kind",         "count",
    "explain", "at",     "q",     "ready_at", "plan",   "if_plan", "revision__gt", "cascade",
    "id__in",  "before", "name",  "types",    "since",  "file",    "text",         "not__name"};

const std::vector<std::string> kPlaces = {"modeldefs",
                                          "xproto",
                                          "services",
                                          "services/local",
                                          "services/x/logs",
                                          "services/a/tasks/1",
                                          "recipes/plan",
                                          "recipes/apply",
                                          "recipes/destroy",
                                          "transactions",
                                          "status",
                                          "utility/me",
                                          "utility/tokens",
                                          "utility/secrets",
                                          "utility/login",
                                          "openapi.json",
                                          "graph",
                                          "violations",
                                          "utility/user",
                                          "",
                                          "core",
                                          "utility/tokens/3"};

const std::vector<std::string> kTexts = {"",
                                         "a",
                                         "mysite",
                                         "mysite_app",
                                         "x y",
                                         "\xC3\xA9\xF0\x9F\x98\x80",
                                         "$s",
                                         "$",
                                         "10.0.0.0/8",
                                         "999.1.1.1",
                                         "::1",
                                         "06:00:00:00:00:01",
                                         "a@b.c",
                                         "http://x",
                                         "allow all",
                                         "deny region a*",
                                         "tcp 80, udp 5",
                                         "tcp 99999",
                                         "null",
                                         "-1",
                                         "1e99",
                                         "2024-02-29T00:00:00Z",
                                         "container",
                                         "vm",
                                         "noauto",
                                         "host",
                                         "../../etc/passwd",
                                         "<script>",
                                         "%s%n",
                                         "' or 1=1 --",
                                         "line\nline",
                                         std::string("nul\0nul", 7),
                                         "ssh-ed25519 AAAA x",
                                         "True",
                                         "admin@xos.local",
                                         "(((((((",
                                         "[a-z]+$",
                                         "name = 'a'",
                                         "exists Slice: Slice.site = obj",
                                         "\xff\xfe"};

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./~,*()'!:@").find(c) != std::string_view::npos;
}

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        char code[4];
        std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
        out += is_plain(c) ? std::string(1, c) : std::string(code);
    }
    return out;
}

}  // namespace

RequestMaker::RequestMaker(std::uint64_t seed, const Json& types, std::vector<std::string> recipes)
    : mutator_(seed), recipes_(std::move(recipes)), names_(kTexts) {
    for (const Json& type : *types.find("items")->as_array()) {
        Type& made = types_.emplace_back();
        made.name = type.text("name");
        made.path = type.text("path");
        for (const Json& field : *type.find("fields")->as_array()) {
            Field& one = made.fields.emplace_back();
            one.name = field.text("name");
            one.type = field.text("type");
            one.writable = *field.find("read_only") == Json(false);
            one.required = *field.find("required") == Json(true);
            if (const Json* relation = field.find("relation"); relation->is_object()) {
                const std::string_view target = relation->text("model");
                one.target = target.substr(target.rfind('.') + 1);
            }
            for (const Json& option : *field.find("options")->as_array())
                one.options.emplace_back(option.text("id"));
        }
    }
}

void RequestMaker::learn(const Json& object) {
    const std::int64_t id = object.number("id");
    const Json* classes = object.find("class_names");
    if (id == 0 || !classes || !classes->as_array())
        return;
    for (const Json& name : *classes->as_array()) {
        auto& known = ids_[*name.as_string()];
        known.push_back(id);
        if (known.size() > kMostIds)
            known.erase(known.begin());
    }
}

/// The id of an object of the type, where one is known.
std::int64_t RequestMaker::known_id(const std::string& type) {
    const auto known = ids_.find(type);
    if (known == ids_.end() || mutator_.chance(30))
        return static_cast<std::int64_t>(mutator_.below(kHighestId));
    return mutator_.pick(known->second);
}

std::string RequestMaker::id(const std::string& type) {
    switch (careful_ ? 4 : mutator_.below(40)) {
        case 0: return "0";
        case 1: return "-1";
        case 2: return "9007199254740993";
        case 3: return escape(text());
        default: return std::to_string(known_id(type));
    }
}

std::string RequestMaker::text() {
    if (careful_)
        return "n" + std::to_string(mutator_.below(60));
    if (mutator_.chance(60))
        return std::string(1 + mutator_.below(70'000), 'x');
    std::string text = mutator_.pick(names_);
    if (mutator_.chance(3))
        text += std::to_string(mutator_.below(100));
    if (mutator_.chance(10))
        text = mutator_.mutate(text);
    if (names_.size() < kMostNames)
        names_.push_back(text);
    return text;
}

/// What a field could hold, mostly of its type.
Json RequestMaker::value(const Field& field) {
    if (wild(12))
        return any_value(2);
    if (!field.options.empty() && !wild(4))
        return mutator_.pick(field.options);
    if (field.name.ends_with("_ids"))
        return Json::Array{Json(known_id(field.target))};
    if (field.name.ends_with("_id"))
        return Json(known_id(field.target));
    if (field.type == "boolean")
        return mutator_.chance(2);
    if (field.type == "integer" || field.type == "number")
        return Json(static_cast<std::int64_t>(mutator_.below(300)) - 20);
    return text();
}

Json RequestMaker::any_value(int depth) {
    switch (mutator_.below(depth > 0 ? 10 : 7)) {
        case 0: return nullptr;
        case 1: return true;
        case 2: return static_cast<std::int64_t>(mutator_.below(1000)) - 500;
        case 3: return 1e300;
        case 4: return std::int64_t{9'007'199'254'740'993};
        case 5: return 0.5;
        case 6: return text();
        case 7: return Json::Array{any_value(depth - 1), any_value(depth - 1)};
        case 8: return Json::Array{};
        default: {
            Json object;
            object.set("id", any_value(depth - 1));
            object.set(text(), any_value(depth - 1));
            return object;
        }
    }
}

Json RequestMaker::fields(const Type& type) {
    Json fields{Json::Object{}};
    for (const Field& field : type.fields) {
        const bool given = careful_         ? field.required || mutator_.chance(6)
                           : field.writable ? mutator_.chance(2)
                                            : mutator_.chance(60);
        if (given && (field.writable || !careful_))
            fields.set(field.name, value(field));
    }
    if (wild(20))
        fields.set(text(), any_value(2));
    return fields;
}

Json RequestMaker::transaction() {
    static const std::vector<std::string> kOps = {"create", "create", "update",
                                                  "delete", "action", "x"};
    static const std::vector<std::string> kLabels = {"$a", "$b", "$c", "$none", "$"};
    static const std::vector<std::string> kActions = {"retry", "abandon", "x"};
    Json operations{Json::Array{}};
    for (std::size_t left = mutator_.below(6); left > 0; --left) {
        const Type& type = mutator_.pick(types_);
        Json operation;
        const std::string op = mutator_.pick(kOps);
        operation.set("op", op);
        if (op == "action")
            operation.set("action", mutator_.pick(kActions));
        operation.set("type", wild(15) ? text() : type.path);
        if (mutator_.chance(2))
            operation.set("as", mutator_.pick(kLabels).substr(1));
        if (mutator_.chance(2))
            operation.set("id", mutator_.chance(3) ? Json(mutator_.pick(kLabels))
                                                   : Json(known_id(type.name)));
        Json values = fields(type);
        for (auto& [name, value] : *values.as_object()) {
            if (name.ends_with("_id") && mutator_.chance(2))
                value = mutator_.pick(kLabels);
        }
        if (op != "action" || wild(4))
            operation.set("fields", std::move(values));
        if (wild(10))
            operation.set(mutator_.chance(2) ? "if_match" : "cascade", any_value(1));
        operations.add(std::move(operation));
    }
    Json body;
    body.set("operations", std::move(operations));
    if (wild(10))
        body.set("mode", mutator_.chance(2) ? Json("each") : any_value(1));
    return body;
}

Json RequestMaker::status() {
    Json item;
    for (const char* name : {"id", "goal_revision", "waiting_for"})
        item.set(name, static_cast<std::int64_t>(mutator_.below(kHighestId)));
    item.set("state", mutator_.chance(3) ? any_value(1) : Json("done"));
    item.set("feedback", any_value(2));
    Json body;
    body.set("items", Json::Array{std::move(item)});
    return body;
}

std::string RequestMaker::query(const Type& type) {
    std::string query;
    for (std::size_t left = mutator_.below(4); left > 0; --left) {
        std::string name = mutator_.pick(kParameters);
        if (mutator_.chance(3))
            name = mutator_.pick(type.fields).name + "__" + mutator_.pick(kOperators);
        if (mutator_.chance(10))
            name = mutator_.mutate(name);
        const std::string value = mutator_.chance(3)   ? id(type.name)
                                  : mutator_.chance(2) ? mutator_.pick(type.fields).name
                                                       : escape(text());
        query += (query.empty() ? "?" : "&") + escape(name) + "=" + value;
    }
    return query.substr(0, 7000);
}

std::string RequestMaker::object_path() {
    static const std::vector<std::string> kBelow = {
        "/history", "/why", "/content", "/can", "/actions/retry", "/actions/abandon", "/x"};
    const Type& type = mutator_.pick(types_);
    std::string path = type.path + "/" + id(type.name);
    if (mutator_.chance(4))
        path += mutator_.pick(kBelow);
    return path;
}

std::string RequestMaker::target() {
    const Type& type = mutator_.pick(types_);
    std::string path = type.path;
    if (mutator_.chance(2))
        path = object_path();
    else if (mutator_.chance(3))
        path = mutator_.pick(kPlaces);
    if (wild(40))
        path = escape(mutator_.mutate(path)).substr(0, 7000);
    return "/xosapi/v1/" + path + (wild(3) ? query(type) : "");
}

std::string RequestMaker::body(const std::string& target) {
    const auto is_of = [&](std::string_view part) {
        return target.find(part) != std::string::npos;
    };
    std::string body;
    if (is_of("recipes/"))
        return mutator_.chance(4) ? mutator_.pick(recipes_)
                                  : mutator_.mutate(mutator_.pick(recipes_));
    if (is_of("transactions"))
        body = transaction().format();
    else if (is_of("v1/status"))
        body = status().format();
    else if (const auto type = std::find_if(types_.begin(), types_.end(),
                                            [&](const Type& one) { return is_of(one.path); });
             type != types_.end())
        body = fields(*type).format();
    else
        body = any_value(3).format();
    return wild(15) ? mutator_.mutate(body) : body;
}

std::string RequestMaker::method(const std::string& target) {
    static const std::vector<std::string> kAny = {"GET",   "GET", "POST",   "POST", "PATCH",
                                                  "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"};
    static const std::vector<std::string> kOfObject = {"GET", "PATCH", "PATCH", "PATCH", "DELETE"};
    const bool is_post = target.find("/recipes/") != std::string::npos ||
                         target.find("/transactions") != std::string::npos ||
                         target.find("/status") != std::string::npos;
    if (is_post && !mutator_.chance(10))
        return "POST";
    if (!careful_)
        return mutator_.pick(kAny);
    if (std::isdigit(static_cast<unsigned char>(target.back())) != 0)
        return mutator_.pick(kOfObject);
    return mutator_.chance(5) ? "GET" : "POST";
}

http::Client::Call RequestMaker::next() {
    careful_ = !mutator_.chance(3);
    http::Client::Call call{.target = target()};
    call.method = method(call.target);
    if (call.method != "GET" && call.method != "HEAD" && call.method != "DELETE") {
        call.body = body(call.target);
        const bool is_recipe = call.target.find("/recipes/") != std::string::npos;
        call.headers.set("Content-Type", wild(30)    ? "text/plain"
                                         : is_recipe ? "application/yaml"
                                                     : "application/json");
    }
    if (wild(10))
        call.headers.set("If-Match", "\"" + id("") + "\"");
    if (mutator_.chance(10))
        call.headers.set("Idempotency-Key", std::to_string(mutator_.below(20)));
    if (wild(30))
        call.headers.set("Content-Range", "bytes 0-9/" + std::to_string(mutator_.below(20)));
    return call;
}

std::string describe(const http::Client::Call& call) {
    std::string text = call.method + " " + call.target;
    call.headers.for_each([&](std::string_view name, std::string_view value) {
        text += "\n" + std::string(name) + ": " + std::string(value);
    });
    return text + "\n" + std::string(http::text_of(call.body));
}

}  // namespace xos::fuzz
