#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace xos {

/// Names one object for ever; never used again after the object is gone. Zero is no object.
struct ObjectId {
    std::uint64_t value = 0;
    auto operator<=>(const ObjectId&) const = default;
};

/// Counts transactions of one model: the n-th commit makes revision n. Zero is the empty model.
struct Revision {
    std::uint64_t value = 0;
    auto operator<=>(const Revision&) const = default;
};

/// Names an object type within one schema. Not stable over schemas; on disk and wire types go by
/// name.
struct TypeId {
    std::uint32_t value = 0;
    auto operator<=>(const TypeId&) const = default;
};

}  // namespace xos

template <>
struct std::hash<xos::ObjectId> {
    std::size_t operator()(xos::ObjectId id) const { return std::hash<std::uint64_t>{}(id.value); }
};
template <>
struct std::hash<xos::TypeId> {
    std::size_t operator()(xos::TypeId id) const { return id.value; }
};
