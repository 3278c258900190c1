#pragma once

#include "journal/commit.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace xos::journal {

/// One live object as it is. The texts are borrowed and end with the call that hands them out.
struct ObjectView {
    ObjectId id;
    std::string_view type;
    Revision revision;  ///< The commit that last changed it.
    SchemaVersion schema;
    std::string_view document;
};

/// What a version is.
enum class VersionKind : std::uint8_t {
    Declarative,  ///< What users want changed in it. Kept for ever.
    Feedback,     ///< Only feedback or bookkeeping changed. May be dropped once it is not the last.
    Hidden,       ///< Of a type without history: it has no document. May be dropped likewise.
    Purge,        ///< The object's end. It has no document. Kept for ever.
    HiddenPurge,  ///< The end of an object of a type without history. May be dropped.
};

/// The name of `kind`, such as "hidden purge".
std::string_view to_string(VersionKind kind);
/// What history makes of `change`.
VersionKind kind_of(const Change& change);
bool has_document(VersionKind kind);
bool is_kept_for_ever(VersionKind kind);

/// What one commit made of one object, as history keeps it.
struct Version {
    ObjectId id;
    std::string type;
    Revision revision;
    Revision previous;  ///< The object's change before this one; zero: this one made it.
    VersionKind kind = VersionKind::Declarative;
    SchemaVersion schema;
    std::string document;  ///< Empty where the kind has none.
    WallTime time;
    std::string user;
    std::string request;
    /// False only in an answer to "as of": versions between this one and the revision asked for
    /// have been dropped. Its declarative fields are right, its feedback may be older.
    bool exact = true;

    bool is_purge() const { return kind == VersionKind::Purge || kind == VersionKind::HiddenPurge; }
    bool operator==(const Version&) const = default;
};

}  // namespace xos::journal
