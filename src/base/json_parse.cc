#include "base/json.h"
#include "base/utf8.h"

// This is the only file that sees simdjson, and it uses the half that does not throw.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace xos {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kMaxDepth = 64;
/// Up to this many members, comparing each with each is faster than sorting them.
constexpr std::size_t kFewMembers = 16;

/// Whether a number is written without fraction and exponent.
bool is_whole(std::string_view token) {
    return token.find_first_of(".eE") == std::string_view::npos;
}

/// Turns one text into a value. simdjson finds the structure and decodes; this class decides what
/// a document may be.
///
/// The text is read as the only item of an array: simdjson 3.0 reads some scalars wrongly when they
/// are the whole document ("nullx " as null, 9223372036854775807 not at all).
class Parser {
public:
    explicit Parser(std::string_view text);

    Result<Json> parse();

private:
    Result<Json> value(ondemand::value value, int depth);
    Result<Json> array(ondemand::array source, int depth);
    Result<Json> object(ondemand::value value, int depth);
    Result<Json> number(ondemand::value value);
    Result<Json> text(ondemand::value value);
    Result<Json> truth(ondemand::value value);
    Result<Json> null(ondemand::value value);

    Result<void> refuse_duplicates(const Json::Object& members) const;

    Error fail(std::string_view what);
    Error fail(simdjson::error_code code);
    Error fail_at(std::size_t offset, std::string_view what) const;

    std::string_view text_;
    std::string wrapped_;
    ondemand::parser parser_;
    ondemand::document document_;
    /// Whether document_ has a place to tell.
    bool started_ = false;
};

Parser::Parser(std::string_view text) : text_(text) {
    wrapped_.reserve(text.size() + 2 + simdjson::SIMDJSON_PADDING);
    wrapped_.append("[").append(text).append("]");
}

Error Parser::fail_at(std::size_t offset, std::string_view what) const {
    return {ErrorCode::Malformed,
            "not JSON at byte " + std::to_string(offset) + ": " + std::string(what)};
}

Error Parser::fail(std::string_view what) {
    const char* place = nullptr;
    if (!started_ || document_.current_location().get(place) != simdjson::SUCCESS)
        return fail_at(text_.size(), what);
    const auto offset = static_cast<std::size_t>(std::max(place - wrapped_.data() - 1, 0L));
    return fail_at(std::min(offset, text_.size()), what);
}

Error Parser::fail(simdjson::error_code code) {
    switch (code) {
        case simdjson::UTF8_ERROR: return fail_at(find_invalid_utf8(text_), "invalid UTF-8");
        case simdjson::EMPTY: return fail_at(text_.size(), "a value is wanted");
        case simdjson::UNCLOSED_STRING: return fail_at(text_.size(), "a string is not closed");
        case simdjson::UNESCAPED_CHARS:
            return fail_at(text_.size(), "a control character in a string is not escaped");
        case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
            return fail_at(text_.size(), "an array or object is not closed");
        case simdjson::STRING_ERROR: return fail("a string has a wrong escape");
        case simdjson::NUMBER_ERROR: return fail("not a number");
        case simdjson::T_ATOM_ERROR:
        case simdjson::F_ATOM_ERROR:
        case simdjson::N_ATOM_ERROR: return fail("an unknown word");
        case simdjson::MEMALLOC:
        case simdjson::CAPACITY: return {ErrorCode::TooLarge, "the JSON text is too long"};
        default: return fail("a value, comma or colon is missing or out of place");
    }
}

Result<Json> Parser::parse() {
    const simdjson::padded_string_view source(wrapped_, wrapped_.capacity());
    if (const auto code = parser_.iterate(source).get(document_))
        return fail(code);
    started_ = true;
    ondemand::array items;
    if (const auto code = document_.get_array().get(items))
        return fail(code);
    Json whole = TRY(array(items, 0));
    if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS)
        return fail("something follows the value");
    if (whole.as_array()->empty())
        return fail("a value is wanted");
    if (whole.as_array()->size() > 1)
        return fail("something follows the value");
    return std::move(whole.as_array()->front());
}

Result<Json> Parser::value(ondemand::value value, int depth) {
    ondemand::json_type type;
    if (const auto code = value.type().get(type))
        return fail(code);
    switch (type) {
        case ondemand::json_type::array: {
            ondemand::array items;
            if (const auto code = value.get_array().get(items))
                return fail(code);
            return array(items, depth + 1);
        }
        case ondemand::json_type::object: return object(value, depth + 1);
        case ondemand::json_type::number: return number(value);
        case ondemand::json_type::string: return text(value);
        case ondemand::json_type::boolean: return truth(value);
        case ondemand::json_type::null: return null(value);
    }
    return fail("a value is wanted");
}

Result<Json> Parser::array(ondemand::array source, int depth) {
    if (depth > kMaxDepth)
        return fail("nested deeper than 64");
    Json::Array items;
    for (auto entry : source) {
        ondemand::value item;
        if (const auto code = entry.get(item))
            return fail(code);
        items.push_back(TRY(this->value(item, depth)));
    }
    return Json(std::move(items));
}

Result<Json> Parser::object(ondemand::value value, int depth) {
    if (depth > kMaxDepth)
        return fail("nested deeper than 64");
    ondemand::object source;
    if (const auto code = value.get_object().get(source))
        return fail(code);
    Json::Object members;
    for (auto entry : source) {
        ondemand::field field;
        if (const auto code = std::move(entry).get(field))
            return fail(code);
        std::string_view name;
        if (const auto code = field.unescaped_key().get(name))
            return fail(code);
        members.emplace_back(std::string(name), Json());
        members.back().second = TRY(this->value(field.value(), depth));
    }
    TRY(refuse_duplicates(members));
    return Json(std::move(members));
}

Result<void> Parser::refuse_duplicates(const Json::Object& members) const {
    const auto refuse = [](std::string_view name) {
        return Error{ErrorCode::Malformed, "member \"" + std::string(name) + "\" is given twice"};
    };
    if (members.size() <= kFewMembers) {
        for (std::size_t i = 1; i < members.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (members[i].first == members[j].first)
                    return refuse(members[i].first);
            }
        }
        return {};
    }
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& member : members)
        names.push_back(member.first);
    std::sort(names.begin(), names.end());
    const auto twin = std::adjacent_find(names.begin(), names.end());
    if (twin != names.end())
        return refuse(*twin);
    return {};
}

Result<Json> Parser::number(ondemand::value value) {
    // A failed get_int64() leaves the number where it is.
    if (is_whole(value.raw_json_token())) {
        std::int64_t whole = 0;
        if (value.get_int64().get(whole) == simdjson::SUCCESS)
            return Json(whole);
    }
    double nearest = 0;
    if (const auto code = value.get_double().get(nearest))
        return fail(code);
    return Json(nearest);
}

Result<Json> Parser::text(ondemand::value value) {
    std::string_view text;
    if (const auto code = value.get_string().get(text))
        return fail(code);
    return Json(text);
}

Result<Json> Parser::truth(ondemand::value value) {
    bool truth = false;
    if (const auto code = value.get_bool().get(truth))
        return fail(code);
    return Json(truth);
}

Result<Json> Parser::null(ondemand::value value) {
    bool null = false;
    if (const auto code = value.is_null().get(null))
        return fail(code);
    if (!null)
        return fail("an unknown word");
    return Json();
}

}  // namespace

Result<Json> Json::parse(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace xos
