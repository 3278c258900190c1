#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace xos {

/// Reads the members of JSON objects straight from their texts, without values in between: for
/// texts of our own, in numbers. It keeps its buffers from one text to the next. Not thread-safe.
class JsonMembers {
public:
    /// One member's value. Texts are borrowed until the reading ends.
    struct Value {
        enum class Kind : std::uint8_t { Null, Bool, Int, Double, String, Compound };
        Kind kind = Kind::Null;
        bool boolean = false;
        std::int64_t integer = 0;
        double number = 0;
        std::string_view text;  ///< Of a String what it says; of an array or object its JSON.
    };
    using Visit = std::function<Result<void>(std::string_view name, const Value& value)>;

    JsonMembers();
    ~JsonMembers();
    JsonMembers(JsonMembers&&) noexcept;
    JsonMembers& operator=(JsonMembers&&) = delete;

    /// Calls `visit` with each member in order; an error of it ends the reading and is its result.
    /// Malformed when `text` is no object. That names are different is not checked.
    Result<void> read(std::string_view text, const Visit& visit);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace xos
