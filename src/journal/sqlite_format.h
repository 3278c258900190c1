#pragma once

#include "journal/sqlite.h"
#include "journal/version.h"

#include <string_view>

// How a journal lies in an SQLite database: docs/formats/journal.md.
namespace xos::journal {

inline constexpr std::int64_t kApplicationId = 0x584f534a;  // "XOSJ"
inline constexpr std::int64_t kFormat = 1;

/// A version's place is its revision shifted by this, plus its number within the commit.
inline constexpr int kPlaceShift = 20;
static_assert(kMostChanges == std::size_t{1} << kPlaceShift);

/// The kind that is written as `text`. Internal when `text` is no kind.
Result<VersionKind> parse_version_kind(std::string_view text);

/// Makes the tables where there are none, under the name `lineage`; else checks that this program
/// can read what is there. Conflict when it is no journal or one of a newer format.
Result<void> prepare_format(sqlite::Connection& connection, std::string_view lineage);

/// The document in `column` of `row`; its checksum is in the next column, the object's id in the
/// first. Internal when the document is not what it was when it was written.
Result<std::string_view> checked_document(const sqlite::Statement& row, int column,
                                          std::string_view table);

}  // namespace xos::journal
