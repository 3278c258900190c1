#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos {

class Json;

/// A node of a YAML document that knows where it stands in its text, so that errors can say so.
///
/// Aliases and merge keys (`<<`) are resolved while reading: what an alias names appears in its
/// place as a copy, at the place of the alias. A value owns all it holds. `const` functions may be
/// called from many threads.
class Yaml {
public:
    enum class Kind : std::uint8_t { Null, Scalar, Sequence, Mapping };

    /// Line and column, both from 1; 0:0 is nowhere.
    struct Place {
        int line = 0;
        int column = 0;
        bool operator==(const Place&) const = default;
    };

    struct Member;
    struct Twin;

    /// The only document of `text`; empty text is Null. Malformed with "line:column: reason" when
    /// it is not YAML or not UTF-8, gives a key twice, has keys that are no scalars or has a second
    /// document. TooLarge when it is longer than 4 MiB, nests deeper than 64, or has more than
    /// 200,000 nodes once aliases are resolved.
    static Result<Yaml> parse(std::string_view text);
    /// The same, but keys given twice are kept, all of them, and told in `twins`. `find` finds the
    /// first.
    static Result<Yaml> parse(std::string_view text, std::vector<Twin>& twins);

    Kind kind() const { return kind_; }
    bool is_null() const { return kind_ == Kind::Null; }
    bool is_scalar() const { return kind_ == Kind::Scalar; }
    bool is_sequence() const { return kind_ == Kind::Sequence; }
    bool is_mapping() const { return kind_ == Kind::Mapping; }

    /// Of an empty value in a mapping: the place of its key.
    Place place() const { return place_; }
    /// An explicit tag, such as "!secret"; empty when there is none.
    const std::string& tag() const { return tag_; }

    /// The text of a scalar; empty for other kinds.
    const std::string& scalar() const { return scalar_; }
    /// Whether a scalar is text by its form: in quotes, as a block, or with a tag that is not one
    /// of YAML's for truth values and numbers. Others are read as either where they can.
    bool is_quoted() const { return quoted_; }

    /// A plain scalar as one of the forms of YAML 1.2's core schema, or nothing.
    std::optional<bool> as_bool() const;
    std::optional<std::int64_t> as_int() const;
    std::optional<double> as_double() const;

    /// The nodes of a sequence and the members of a mapping, in their order; empty for other kinds.
    const std::vector<Yaml>& items() const { return items_; }
    const std::vector<Member>& members() const { return members_; }
    /// The value of `key` in a mapping, or nullptr.
    const Yaml* find(std::string_view key) const;

    /// The same as JSON: plain scalars become truth values and numbers where they can.
    Json to_json() const;

    /// An error of this code at this node: "line:column: message".
    Error error(std::string_view message, ErrorCode code = ErrorCode::Invalid) const;

private:
    friend class YamlBuilder;

    Kind kind_ = Kind::Null;
    bool quoted_ = false;
    Place place_;
    std::string tag_;
    std::string scalar_;
    std::vector<Yaml> items_;
    std::vector<Member> members_;
};

/// One key of a mapping and its value.
struct Yaml::Member {
    std::string key;
    Place key_place;
    Yaml value;
};

/// A key that a mapping has more than once.
struct Yaml::Twin {
    std::string key;
    Place first, again;
};

}  // namespace xos
