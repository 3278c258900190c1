#pragma once

#include "base/object_id.h"
#include "schema/schema.h"
#include "schema/value.h"
#include "schema/xos_base.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::model {

using schema::FieldIndex;
using schema::Value;

/// One immutable object: the values of all fields of its type in one allocation.
///
/// A row does not know the types of its fields; a caller reads each field as what the schema says
/// it is. Reading a null gives false, 0, "" or no object. May be read from many threads.
class Row {
public:
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;

    ObjectId id() const { return id_; }
    TypeId type() const { return type_; }
    /// The batch of changes that made it; see TreeEditor.
    std::uint64_t batch() const { return batch_; }
    /// Bytes that it occupies.
    std::size_t size() const { return size_; }

    bool is_null(FieldIndex field) const { return (slots()[field / 64] >> (field % 64) & 1) == 0; }
    bool boolean(FieldIndex field) const { return slot(field) != 0; }
    std::int64_t integer(FieldIndex field) const { return static_cast<std::int64_t>(slot(field)); }
    double number(FieldIndex field) const;
    /// Also the JSON text of a Json or Map field.
    std::string_view string(FieldIndex field) const;
    ObjectId link(FieldIndex field) const { return ObjectId{slot(field)}; }
    std::span<const ObjectId> links(FieldIndex field) const;

    /// Asks the processor for the memory that reading `field` takes, ahead of its use. Rows of
    /// `type` are meant; of another, the wrong memory may be asked for, which costs time only.
    void prefetch(const schema::Type& type, FieldIndex field) const;

    Revision revision() const;
    Revision goal_revision() const;
    /// Whether its deletion is wanted.
    bool deleted() const { return boolean(schema::base_field::kDeleted); }
    /// What data-model.md says: not deleted, and real or nobody's to make real.
    bool ready() const;

private:
    friend class RowMaker;
    Row() = default;
    const std::uint64_t* slots() const { return reinterpret_cast<const std::uint64_t*>(this + 1); }
    std::uint64_t slot(FieldIndex field) const { return slots()[words_ + field]; }

    std::uint64_t batch_ = 0;
    ObjectId id_;
    TypeId type_;
    std::uint16_t words_ = 0;  // Of the bitmap of fields that are not null, which comes first.
    std::uint16_t fields_ = 0;
    std::uint32_t size_ = 0;
};

/// New values for some fields of an object. A field that appears twice takes the later value.
using FieldValues = std::vector<std::pair<FieldIndex, Value>>;

/// The value of a field as its type says.
Value value_of(const schema::Type& type, const Row& row, FieldIndex field);
/// Whether two rows of `type` have the same value there.
bool same_value(const schema::Type& type, const Row& left, const Row& right, FieldIndex field);

/// Where a new row comes from.
struct RowOrigin {
    ObjectId id;
    const Row* old = nullptr;  ///< The row that it follows, if it does.
    std::uint64_t batch = 0;   ///< The batch of changes that makes it.
};

/// A row of `type` with `values`, and in all other fields what the old row has, or null. The caller
/// frees it with `free_row`.
Row* make_row(const schema::Type& type, RowOrigin origin, const FieldValues& values);
void free_row(const Row* row);

}  // namespace xos::model
