#pragma once

#include "base/json.h"
#include "base/object_id.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xos::crash {

/// What names start with that all writers want.
inline const std::string kSharedName = "shared";

/// Objects that are made, changed and removed together: a Site, or a Site with two Slices. All
/// carry the same mark.
struct Unit {
    struct Version {
        Revision revision;
        std::string mark;
    };

    std::string name;  ///< Of the site; what the slices' names start with.
    bool has_slices = false;
    std::vector<ObjectId> ids;      ///< Of the site, then of the slices.
    std::vector<Version> versions;  ///< The oldest first.

    std::size_t size() const { return has_slices ? 3 : 1; }
};

/// The objects of a model as they were found by its API, at one moment when nobody writes.
struct Found {
    Revision revision;
    std::map<std::uint64_t, Json> objects;         ///< By id.
    std::map<std::string, std::uint64_t> by_name;  ///< Sites and slices: "core/sites x" → id
    std::vector<std::string> problems;             ///< What cannot be, whoever wrote it.

    /// Takes in a list of the API. Finds names that are there twice.
    void add(const std::string& plural, const std::vector<Json>& items);
    const Json* find(ObjectId id) const;
};

/// What one writer knows: what was acknowledged, and the one write that was under way when the
/// server ended. It is judged by what is found afterwards.
class Ledger {
public:
    enum class Kind : std::uint8_t { Create, Update, Remove };

    /// A write is on its way: of a new unit, or of a unit of `live()`.
    void begin_create(Unit unit, std::string mark);
    void begin(Kind kind, std::size_t index, std::string mark);

    /// The write on its way was done at `revision`. `ids` are those of a new unit's objects.
    void acknowledge(Revision revision, std::vector<ObjectId> ids);
    /// It was refused: nothing may have come of it.
    void refuse();

    /// Compares with what is there, and learns what became of the write that was on its way, which
    /// may be done or not, whole. Returns what is wrong.
    std::vector<std::string> settle(const Found& found);

    /// Whether the write on its way makes a unit of a name that others may have taken.
    bool wants_shared_name() const;

    const std::vector<Unit>& live() const { return live_; }
    std::size_t acknowledged() const { return acknowledged_; }
    std::size_t uncertain() const { return uncertain_; }
    Revision last_revision() const { return last_revision_; }

private:
    struct Attempt {
        Kind kind = Kind::Create;
        std::size_t index = 0;  // Of the unit in `live_`, when it is not new.
        Unit unit;              // As it was before.
        std::string mark;
    };

    void finish(const Attempt& attempt, Revision revision, std::vector<ObjectId> ids);
    void settle_attempt(const Found& found, std::vector<std::string>& wrong);

    std::vector<Unit> live_;
    std::optional<Attempt> attempt_;
    std::vector<ObjectId> removed_;
    std::size_t acknowledged_ = 0;
    std::size_t uncertain_ = 0;
    Revision last_revision_;
};

/// The names and fields of a unit, which writer and ledger agree on.
std::string plural_of(std::size_t index);
std::string name_of(const Unit& unit, std::size_t index);
/// The field that holds the mark: one that Site and Slice do not share.
const char* mark_field(std::size_t index);

}  // namespace xos::crash
