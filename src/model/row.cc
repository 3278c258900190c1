#include "model/row.h"

#include "base/check.h"
#include "schema/xos_base.h"

#include <bit>
#include <cstring>
#include <new>

namespace xos::model {

namespace base = schema::base_field;
using schema::FieldType;

namespace {

bool has_tail(FieldType type) {
    return type == FieldType::String || type == FieldType::Json || type == FieldType::Map ||
           type == FieldType::LinkSet;
}

/// A field's value as the words and bytes of a row.
struct Slot {
    bool null = true;
    std::uint64_t word = 0;
    const void* tail = nullptr;
    std::size_t tail_size = 0;
};

Slot slot_of(const Value& value) {
    Slot slot{.null = schema::is_null(value)};
    if (const auto* boolean = std::get_if<bool>(&value))
        slot.word = *boolean;
    else if (const auto* integer = std::get_if<std::int64_t>(&value))
        slot.word = static_cast<std::uint64_t>(*integer);
    else if (const auto* number = std::get_if<double>(&value))
        slot.word = std::bit_cast<std::uint64_t>(*number);
    else if (const auto* link = std::get_if<ObjectId>(&value))
        slot.word = link->value;
    else if (const auto* text = std::get_if<std::string>(&value))
        slot.tail = text->data(), slot.tail_size = text->size();
    else if (const auto* links = std::get_if<std::vector<ObjectId>>(&value))
        slot.tail = links->data(), slot.tail_size = links->size() * sizeof(ObjectId);
    return slot;
}

}  // namespace

class RowMaker {
public:
    static Slot slot_of_row(const Row& row, FieldIndex field, FieldType type) {
        Slot slot{.null = row.is_null(field), .word = row.slot(field)};
        if (has_tail(type)) {
            const std::string_view bytes = row.string(field);
            slot.tail = bytes.data();
            slot.tail_size = bytes.size();
        }
        return slot;
    }

    static Row* make(const schema::Type& type, ObjectId id, std::vector<Slot>& slots,
                     std::uint64_t batch) {
        const std::size_t words = (slots.size() + 63) / 64;
        // Link sets come first in the tail, so that they stay aligned.
        std::size_t size = sizeof(Row) + (words + slots.size()) * sizeof(std::uint64_t);
        const auto place = [&](bool sets) {
            for (std::size_t i = 0; i < slots.size(); ++i) {
                const FieldType field = type.fields[i].type;
                if (!has_tail(field) || (field == FieldType::LinkSet) != sets)
                    continue;
                slots[i].word = (static_cast<std::uint64_t>(size) << 32) | slots[i].tail_size;
                size += slots[i].tail_size;
            }
        };
        place(true);
        place(false);
        XOS_CHECK(size < UINT32_MAX, "row over 4 GiB");

        void* memory = ::operator new(size);
        Row* row = new (memory) Row;
        row->batch_ = batch;
        row->id_ = id;
        row->type_ = type.id;
        row->words_ = static_cast<std::uint16_t>(words);
        row->fields_ = static_cast<std::uint16_t>(slots.size());
        row->size_ = static_cast<std::uint32_t>(size);
        auto* bitmap = reinterpret_cast<std::uint64_t*>(row + 1);
        std::memset(bitmap, 0, words * sizeof(std::uint64_t));
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const Slot& slot = slots[i];
            if (!slot.null)
                bitmap[i / 64] |= std::uint64_t{1} << (i % 64);
            bitmap[words + i] = slot.word;
            if (slot.tail_size > 0)
                std::memcpy(static_cast<char*>(memory) + (slot.word >> 32), slot.tail,
                            slot.tail_size);
        }
        return row;
    }
};

double Row::number(FieldIndex field) const {
    return std::bit_cast<double>(slot(field));
}

std::string_view Row::string(FieldIndex field) const {
    const std::uint64_t place = slot(field);
    return {reinterpret_cast<const char*>(this) + (place >> 32), place & 0xffffffff};
}

std::span<const ObjectId> Row::links(FieldIndex field) const {
    const std::string_view bytes = string(field);
    return {reinterpret_cast<const ObjectId*>(bytes.data()), bytes.size() / sizeof(ObjectId)};
}

void Row::prefetch(const schema::Type& type, FieldIndex field) const {
    __builtin_prefetch(this);
    __builtin_prefetch(slots() + (type.fields.size() + 63) / 64 + field);
}

Revision Row::revision() const {
    return Revision{slot(base::kRevision)};
}
Revision Row::goal_revision() const {
    return Revision{slot(base::kGoalRevision)};
}

bool Row::ready() const {
    if (deleted())
        return false;
    if (is_null(base::kBackendOwner))
        return true;
    return !is_null(base::kSyncedRevision) &&
           slot(base::kSyncedRevision) >= slot(base::kGoalRevision) &&
           integer(base::kBackendCode) == 1;
}

Value value_of(const schema::Type& type, const Row& row, FieldIndex field) {
    switch (field) {
        case schema::kIdField: return row.id();
        case schema::kReadyField: return row.ready();
        case schema::kLeafModelNameField: return type.name;
        default: break;
    }
    if (row.is_null(field))
        return {};
    switch (type.fields[field].type) {
        case FieldType::Bool: return row.boolean(field);
        case FieldType::Int:
        case FieldType::Time: return row.integer(field);
        case FieldType::Double: return row.number(field);
        case FieldType::Link: return row.link(field);
        case FieldType::LinkSet: {
            const auto links = row.links(field);
            return std::vector<ObjectId>(links.begin(), links.end());
        }
        case FieldType::String:
        case FieldType::Json:
        case FieldType::Map: return std::string(row.string(field));
    }
    XOS_CHECK(false, "field type outside its enumeration");
}

bool same_value(const schema::Type& type, const Row& left, const Row& right, FieldIndex field) {
    if (left.is_null(field) || right.is_null(field))
        return left.is_null(field) == right.is_null(field);
    if (has_tail(type.fields[field].type))
        return left.string(field) == right.string(field);
    return left.integer(field) == right.integer(field);
}

Row* make_row(const schema::Type& type, RowOrigin origin, const FieldValues& values) {
    const Row* old = origin.old;
    std::vector<Slot> slots(type.fields.size());
    if (old) {
        for (std::size_t i = 0; i < slots.size(); ++i)
            slots[i] = RowMaker::slot_of_row(*old, static_cast<FieldIndex>(i), type.fields[i].type);
    }
    for (const auto& [field, value] : values)
        slots[field] = slot_of(value);
    return RowMaker::make(type, origin.id, slots, origin.batch);
}

void free_row(const Row* row) {
    ::operator delete(const_cast<Row*>(row));
}

}  // namespace xos::model
