#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace xos {

/// A JSON value in memory: null, a truth value, a whole number, a number, a string, an array or an
/// object whose members keep their order.
///
/// Numbers without fraction or exponent that fit are whole; all others are doubles. A value owns
/// all it holds. `const` functions may be called from many threads.
class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default;
    Json(std::nullptr_t) {}
    Json(bool value) : state_(value) {}
    Json(int value) : state_(std::int64_t{value}) {}
    Json(std::int64_t value) : state_(value) {}
    /// Whole when it fits, else a double.
    Json(std::uint64_t value);
    Json(double value) : state_(value) {}
    Json(const char* value) : state_(std::string(value)) {}
    Json(std::string_view value) : state_(std::string(value)) {}
    Json(std::string value) : state_(std::move(value)) {}
    Json(Array value) : state_(std::move(value)) {}
    Json(Object value) : state_(std::move(value)) {}

    /// The value that `text` is. Malformed with the byte offset when it is not JSON, is not UTF-8,
    /// nests deeper than 64, gives a member twice, or is followed by anything but white space.
    static Result<Json> parse(std::string_view text);

    bool is_null() const { return std::holds_alternative<std::monostate>(state_); }
    bool is_object() const { return std::holds_alternative<Object>(state_); }
    bool is_array() const { return std::holds_alternative<Array>(state_); }

    /// The value in one of its forms, or nullptr when it has another form.
    const bool* as_bool() const { return std::get_if<bool>(&state_); }
    const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&state_); }
    const double* as_double() const { return std::get_if<double>(&state_); }
    const std::string* as_string() const { return std::get_if<std::string>(&state_); }
    const Array* as_array() const { return std::get_if<Array>(&state_); }
    const Object* as_object() const { return std::get_if<Object>(&state_); }
    Array* as_array() { return std::get_if<Array>(&state_); }
    Object* as_object() { return std::get_if<Object>(&state_); }

    /// The member `name` of an object, or nullptr when there is none or this is no object.
    const Json* find(std::string_view name) const;
    Json* find(std::string_view name);

    /// Member `name` as text or number, or the given value when it is absent or of another form.
    std::string_view text(std::string_view name, std::string_view otherwise = "") const;
    std::int64_t number(std::string_view name, std::int64_t otherwise = 0) const;

    /// Sets member `name`, in its old place or last. A null becomes an empty object first.
    /// Precondition: an object or null.
    void set(std::string_view name, Json value);
    /// Appends to an array. A null becomes an empty array first. Precondition: an array or null.
    void add(Json value);

    /// Compact text, members in their order.
    std::string format() const;
    /// Text indented by two spaces, for people.
    std::string format_pretty() const;

    bool operator==(const Json&) const = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> state_;
};

/// Writes JSON text straight into a string, without values in between. The caller keeps the
/// grammar: a name before each value in an object. Commas are put by the writer. What it writes is
/// always UTF-8: bytes that are not become U+FFFD, and a double that JSON lacks becomes null.
/// Doubles are written as the shortest text that reads back as the same double.
class JsonWriter {
public:
    /// Appends to `out`, which must outlive the writer.
    explicit JsonWriter(std::string& out) : out_(out) {}

    void begin_object();
    void end_object();
    /// Goes on with the object whose end was written last, by whomever.
    void reopen_object();
    void begin_array();
    void end_array();
    void name(std::string_view name);
    /// A name that is JSON already, with its colon.
    void name_raw(std::string_view quoted);
    void null();
    void value(bool value);
    void value(std::int64_t value);
    void value(std::uint64_t value);
    void value(int value) { this->value(std::int64_t{value}); }
    void value(double value);
    void value(std::string_view value);
    void value(const char* value) { this->value(std::string_view(value)); }
    void value(const std::string& value) { this->value(std::string_view(value)); }
    void value(const Json& value);
    /// Text that is JSON already.
    void raw(std::string_view json);

    template <class T>
    void member(std::string_view name, const T& value) {
        this->name(name);
        this->value(value);
    }

private:
    void separate();

    std::string& out_;
    bool first_ = true;
    bool after_name_ = false;
};

}  // namespace xos
