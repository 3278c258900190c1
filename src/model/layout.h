#pragma once

#include "model/row.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::model {

/// An index of one type's rows: by one field, or by the fields of a unique key.
///
/// Its entries are (key, id). The key of a link is the target's id, that of a whole number or time
/// sorts as the value does, and that of a text or of several fields is a hash: who looks up by hash
/// compares the rows that it finds. A row whose field is null has no entry. An index of the members
/// of a map has an entry for each, whose key is a hash of its name and value.
struct IndexLayout {
    std::vector<FieldIndex> fields;
    std::size_t root = 0;            ///< Position of its tree in `Tables::roots`.
    bool live_only = false;          ///< A unique key: deleted rows are left out.
    std::optional<std::size_t> key;  ///< Position in `Type::keys`, for a unique key.
    bool members = false;            ///< Of the members of a map.
};

/// Where the trees of each type are.
struct TypeLayout {
    std::size_t rows = 0;     ///< (id, Row*)
    std::size_t deleted = 0;  ///< (id, 0) of the rows whose deletion is wanted.
    std::vector<IndexLayout> indexes;
    /// Whether everybody who sees an object sees all of its fields.
    bool is_same_for_all = true;
    /// What is the same in the JSON of all objects: members that say the type, and the names of
    /// the fields, quoted and with their colons.
    std::string identity;
    std::vector<std::string> names;

    const IndexLayout* find_index(FieldIndex field) const;
    /// The index of the members of a map.
    const IndexLayout* find_member_index(FieldIndex field) const;
};

/// A link field of a type that is not abstract: where to look for who links to an object.
struct LinkPlace {
    TypeId type;
    FieldIndex field;
};

/// The trees that a schema asks for. Immutable.
class Layout {
public:
    explicit Layout(std::shared_ptr<const schema::Schema> schema);

    const schema::Schema& schema() const { return *schema_; }
    std::shared_ptr<const schema::Schema> schema_pointer() const { return schema_; }
    const TypeLayout& type(TypeId id) const { return types_[id.value]; }
    std::size_t root_count() const { return root_count_; }
    /// The tree of (id, TypeId) of all objects.
    static constexpr std::size_t kTypes = 0;
    /// All links whose target `type` can be, a base of its included.
    const std::vector<LinkPlace>& links_to(TypeId type) const { return links_to_[type.value]; }

private:
    std::shared_ptr<const schema::Schema> schema_;
    std::vector<TypeLayout> types_;
    std::vector<std::vector<LinkPlace>> links_to_;
    std::size_t root_count_ = 1;
};

/// The members of a map, which is JSON text; none for null.
std::vector<std::pair<std::string, std::string>> members_of(std::string_view map);
/// The key of a value in an index of its field alone; nothing for null.
std::optional<std::uint64_t> index_key(const schema::Field& field, const Value& value);
/// The key of a member of a map in an index of its members.
std::uint64_t member_key(std::string_view name, std::string_view value);
/// The keys of a row in an index: one, or one a member of a link set, or none.
void index_keys(const schema::Type& type, const IndexLayout& index, const Row& row,
                std::vector<std::uint64_t>& keys);
/// The key of the values of several fields in an index of them; nothing when one is null.
std::optional<std::uint64_t> index_key(const schema::Type& type, const IndexLayout& index,
                                       const std::vector<Value>& values);

}  // namespace xos::model
