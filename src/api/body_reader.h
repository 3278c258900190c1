#pragma once

#include "base/error.h"
#include "base/json.h"
#include "model/row.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::api {

/// Reads the fields of one object out of a request's JSON, and says everything that is wrong.
class BodyReader {
public:
    /// The object that a name such as "$web" stands for in links; nothing when there is none.
    using FindName = std::function<std::optional<ObjectId>(std::string_view name)>;

    struct Target {
        const schema::Type& type;
        const model::Row* present = nullptr;  ///< What is updated; nullptr: it is made.
        std::string place;                    ///< In front of each field in the mistakes.
        FindName find_name = {};
        enum class Maps : std::uint8_t { Merged, Replaced } maps = Maps::Merged;
    };

    BodyReader(const Target& target, std::vector<ErrorDetail>& mistakes)
        : target_(target), mistakes_(mistakes) {}

    /// The values of all members of `object`. What only the system writes may be there when it is
    /// as it is. A map that is to be merged with the present one loses a member by null.
    model::FieldValues read(const Json& object);
    /// Whether a value was made of a present one, so that a concurrent write would be lost.
    bool merged() const { return merged_; }

private:
    void read_member(const std::string& name, const Json& value, model::FieldValues& values);
    std::optional<model::Value> read_value(const schema::Field& field, model::FieldIndex at,
                                           const Json& value);
    std::optional<ObjectId> read_name(const schema::Field& field, const Json& value);
    std::optional<model::Value> read_links(const schema::Field& field, const Json& value);
    Json merge_map(model::FieldIndex at, const Json& value);
    bool is_as_present(const std::string& name, model::FieldIndex at, const Json& value) const;
    void complain(const std::string& field, std::string message);
    void complain_unknown(const std::string& name);

    const Target& target_;
    std::vector<ErrorDetail>& mistakes_;
    bool merged_ = false;
};

/// The object that a request's body is. Malformed when it is no JSON, or no object.
Result<Json> read_object(std::string_view body);

}  // namespace xos::api
