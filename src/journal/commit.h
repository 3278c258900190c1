#pragma once

#include "base/object_id.h"
#include "base/wall_clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace xos::journal {

/// Which of the stored schemas a document was written with. Zero is none.
struct SchemaVersion {
    std::uint32_t value = 0;
    auto operator<=>(const SchemaVersion&) const = default;
};

/// How long history keeps what a change made of its object.
enum class Retention : std::uint8_t {
    Forever,  ///< What users want has changed.
    Limited,  ///< Only feedback or bookkeeping has changed.
    None,     ///< The object's type has no history: that it changed is kept, never its document.
};

/// What one commit makes of one object.
struct Change {
    ObjectId id;
    std::string type;      ///< By name, as in "core.Slice". An object never changes its type.
    std::string document;  ///< JSON of all its stored fields. Empty: the object is purged.
    Retention retention = Retention::Forever;  ///< A purge is kept whatever this says, but `None`.
    /// What history shows where that differs from `document`, because secrets are left out.
    std::optional<std::string> history_document = std::nullopt;

    bool is_purge() const { return document.empty(); }
};

/// Bytes that are kept with a commit and are no object: an idempotent answer, an audit entry. One
/// with the kind and key of an older one takes its place.
struct SideRecord {
    std::string kind;
    std::string key;
    std::string value;
    std::optional<WallTime> expires = std::nullopt;

    bool operator==(const SideRecord&) const = default;
};

/// One transaction as it enters the journal.
struct Commit {
    Revision revision;
    WallTime time;        ///< For people: no order is decided by it.
    std::string user;     ///< Who, as history shows it.
    std::string request;  ///< The id of the request that asked for it; may be empty.
    SchemaVersion schema;
    std::vector<Change> changes;  ///< Each object at most once.
    std::vector<SideRecord> side = {};
};

/// The most changes that one commit may have.
inline constexpr std::size_t kMostChanges = std::size_t{1} << 20;

}  // namespace xos::journal
