#include "base/json.h"

#include "base/check.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace xos {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

/// How a byte below 0x80 is written inside quotes; empty when it stands for itself.
std::string_view short_escape(char c) {
    switch (c) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        case '\b': return "\\b";
        case '\f': return "\\f";
        default: return {};
    }
}

/// Whether each byte stands for itself inside quotes.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x80; ++c)
        plain[c] = c != '"' && c != '\\';
    return plain;
}();

bool stands_for_itself(char c) {
    return kPlain[static_cast<unsigned char>(c)];
}

/// Appends the character that `rest` starts with, which does not stand for itself, and returns how
/// many bytes of `rest` it takes.
std::size_t append_special(std::string& out, std::string_view rest) {
    const auto byte = static_cast<unsigned char>(rest.front());
    if (byte >= 0x80) {
        const std::size_t length = utf8_length(rest);
        out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : rest.substr(0, length));
        return std::max<std::size_t>(length, 1);
    }
    if (const std::string_view escape = short_escape(rest.front()); !escape.empty()) {
        out.append(escape);
    } else {
        out.append("\\u00");
        out.push_back(kHexDigits[byte >> 4]);
        out.push_back(kHexDigits[byte & 15]);
    }
    return 1;
}

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    while (!text.empty()) {
        const auto plain = std::find_if_not(text.begin(), text.end(), stands_for_itself);
        out.append(text.begin(), plain);
        text.remove_prefix(static_cast<std::size_t>(plain - text.begin()));
        if (!text.empty())
            text.remove_prefix(append_special(out, text));
    }
    out.push_back('"');
}

template <class Number>
void append_number(std::string& out, Number value) {
    char digits[40];
    const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), value);
    XOS_CHECK(error == std::errc{}, "number longer than its buffer");
    out.append(digits, end);
}

void append_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out.append("null");
        return;
    }
    const std::size_t start = out.size();
    append_number(out, value);
    // Without a fraction it would be read back as a whole number.
    if (out.find_first_of(".e", start) == std::string::npos)
        out.append(".0");
}

void append_pretty(std::string& out, const Json& value, std::size_t indent);

template <class Items, class Append>
void append_lines(std::string& out, const Items& items, std::size_t indent, Append append) {
    for (const auto& item : items) {
        if (&item != &items.front())
            out.push_back(',');
        out.push_back('\n');
        out.append(indent + 2, ' ');
        append(item);
    }
    out.push_back('\n');
    out.append(indent, ' ');
}

void append_pretty(std::string& out, const Json& value, std::size_t indent) {
    if (const auto* array = value.as_array(); array && !array->empty()) {
        out.push_back('[');
        append_lines(out, *array, indent,
                     [&](const Json& item) { append_pretty(out, item, indent + 2); });
        out.push_back(']');
    } else if (const auto* object = value.as_object(); object && !object->empty()) {
        out.push_back('{');
        append_lines(out, *object, indent, [&](const Json::Member& member) {
            append_quoted(out, member.first);
            out.append(": ");
            append_pretty(out, member.second, indent + 2);
        });
        out.push_back('}');
    } else {
        JsonWriter(out).value(value);
    }
}

}  // namespace

Json::Json(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(INT64_MAX))
        state_ = static_cast<std::int64_t>(value);
    else
        state_ = static_cast<double>(value);
}

const Json* Json::find(std::string_view name) const {
    const Object* object = as_object();
    if (!object)
        return nullptr;
    const auto member = std::find_if(object->begin(), object->end(),
                                     [&](const Member& m) { return m.first == name; });
    return member == object->end() ? nullptr : &member->second;
}

Json* Json::find(std::string_view name) {
    return const_cast<Json*>(std::as_const(*this).find(name));
}

std::string_view Json::text(std::string_view name, std::string_view otherwise) const {
    const Json* member = find(name);
    const std::string* text = member ? member->as_string() : nullptr;
    return text ? std::string_view(*text) : otherwise;
}

std::int64_t Json::number(std::string_view name, std::int64_t otherwise) const {
    const Json* member = find(name);
    const std::int64_t* number = member ? member->as_int() : nullptr;
    return number ? *number : otherwise;
}

void Json::set(std::string_view name, Json value) {
    if (is_null())
        state_ = Object{};
    XOS_CHECK(is_object(), "member set on a JSON value that is no object");
    if (Json* member = find(name))
        *member = std::move(value);
    else
        as_object()->emplace_back(std::string(name), std::move(value));
}

void Json::add(Json value) {
    if (is_null())
        state_ = Array{};
    XOS_CHECK(is_array(), "item added to a JSON value that is no array");
    as_array()->push_back(std::move(value));
}

std::string Json::format() const {
    std::string out;
    JsonWriter(out).value(*this);
    return out;
}

std::string Json::format_pretty() const {
    std::string out;
    append_pretty(out, *this, 0);
    return out;
}

void JsonWriter::separate() {
    if (!after_name_ && !first_)
        out_.push_back(',');
    first_ = false;
    after_name_ = false;
}

void JsonWriter::begin_object() {
    separate();
    out_.push_back('{');
    first_ = true;
}

void JsonWriter::end_object() {
    out_.push_back('}');
    first_ = false;
}

void JsonWriter::begin_array() {
    separate();
    out_.push_back('[');
    first_ = true;
}

void JsonWriter::end_array() {
    out_.push_back(']');
    first_ = false;
}

void JsonWriter::name(std::string_view name) {
    separate();
    append_quoted(out_, name);
    out_.push_back(':');
    after_name_ = true;
}

void JsonWriter::name_raw(std::string_view quoted) {
    separate();
    out_.append(quoted);
    after_name_ = true;
}

void JsonWriter::reopen_object() {
    XOS_CHECK(out_.ends_with('}'), "reopened where no object ends");
    out_.pop_back();
    first_ = out_.ends_with('{');
    after_name_ = false;
}

void JsonWriter::null() {
    raw("null");
}

void JsonWriter::value(bool value) {
    raw(value ? "true" : "false");
}

void JsonWriter::value(std::int64_t value) {
    separate();
    append_number(out_, value);
}

void JsonWriter::value(std::uint64_t value) {
    separate();
    append_number(out_, value);
}

void JsonWriter::value(double value) {
    separate();
    append_double(out_, value);
}

void JsonWriter::value(std::string_view value) {
    separate();
    append_quoted(out_, value);
}

void JsonWriter::value(const Json& value) {
    if (const auto* array = value.as_array()) {
        begin_array();
        for (const Json& item : *array)
            this->value(item);
        end_array();
    } else if (const auto* object = value.as_object()) {
        begin_object();
        for (const auto& [name, item] : *object)
            member(name, item);
        end_object();
    } else if (const auto* text = value.as_string()) {
        this->value(std::string_view(*text));
    } else if (const auto* whole = value.as_int()) {
        this->value(*whole);
    } else if (const auto* number = value.as_double()) {
        this->value(*number);
    } else if (const auto* truth = value.as_bool()) {
        this->value(*truth);
    } else {
        null();
    }
}

void JsonWriter::raw(std::string_view json) {
    separate();
    out_.append(json);
}

}  // namespace xos
