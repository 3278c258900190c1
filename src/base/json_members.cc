#include "base/json_members.h"

// Like json_parse.cc, this file uses the half of simdjson that does not throw.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <string>
#include <utility>

namespace xos {

namespace ondemand = simdjson::ondemand;
using Kind = JsonMembers::Value::Kind;

struct JsonMembers::State {
    std::string padded;
    ondemand::parser parser;
};

namespace {

Error fail(simdjson::error_code code) {
    return Error{ErrorCode::Malformed,
                 "not a JSON object: " + std::string(simdjson::error_message(code))};
}

simdjson::error_code read_number(ondemand::value& source, JsonMembers::Value& value) {
    ondemand::number number;
    if (const auto code = source.get_number().get(number))
        return code;
    value.kind = number.is_int64() ? Kind::Int : Kind::Double;
    if (number.is_int64())
        value.integer = number.get_int64();
    else
        value.number = number.as_double();
    return simdjson::SUCCESS;
}

template <class Source>
simdjson::error_code read_raw(Source&& source, JsonMembers::Value& value) {
    value.kind = Kind::Compound;
    if (const auto code = source.error())
        return code;
    return source.value_unsafe().raw_json().get(value.text);
}

simdjson::error_code read_value(ondemand::value source, JsonMembers::Value& value) {
    ondemand::json_type type;
    if (const auto code = source.type().get(type))
        return code;
    switch (type) {
        case ondemand::json_type::null: value.kind = Kind::Null; return source.is_null().error();
        case ondemand::json_type::boolean:
            value.kind = Kind::Bool;
            return source.get_bool().get(value.boolean);
        case ondemand::json_type::number: return read_number(source, value);
        case ondemand::json_type::string:
            value.kind = Kind::String;
            return source.get_string().get(value.text);
        case ondemand::json_type::array: return read_raw(source.get_array(), value);
        case ondemand::json_type::object: return read_raw(source.get_object(), value);
    }
    return simdjson::INCORRECT_TYPE;
}

}  // namespace

JsonMembers::JsonMembers() : state_(std::make_unique<State>()) {}

JsonMembers::~JsonMembers() = default;

JsonMembers::JsonMembers(JsonMembers&&) noexcept = default;

Result<void> JsonMembers::read(std::string_view text, const Visit& visit) {
    state_->padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    state_->padded.assign(text);
    const simdjson::padded_string_view source(state_->padded, state_->padded.capacity());
    ondemand::document document;
    if (const auto code = state_->parser.iterate(source).get(document))
        return fail(code);
    ondemand::object object;
    if (const auto code = document.get_object().get(object))
        return fail(code);
    for (auto item : object) {
        ondemand::field field;
        if (const auto code = std::move(item).get(field))
            return fail(code);
        std::string_view name;
        if (const auto code = field.unescaped_key().get(name))
            return fail(code);
        Value value;
        if (const auto code = read_value(field.value(), value))
            return fail(code);
        TRY(visit(name, value));
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
        return fail(simdjson::TAPE_ERROR);
    return {};
}

}  // namespace xos
