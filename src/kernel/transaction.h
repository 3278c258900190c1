#pragma once

#include "access/principal.h"
#include "base/result.h"
#include "journal/commit.h"
#include "model/draft.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace xos::kernel {

using access::Principal;

/// Stands for the object that operation `index` of the same transaction creates, wherever an id of
/// an existing object could stand: as an operation's object, or as the value of a link.
ObjectId made_by(std::size_t index);
/// The operation that makes the object, when the id came from `made_by`.
std::optional<std::size_t> maker_of(ObjectId id);

/// One step of a transaction.
struct Operation {
    enum class Kind : std::uint8_t { Create, Update, Delete, Action };
    enum class Cascade : std::uint8_t { No, Yes };

    Kind kind = Kind::Update;
    TypeId type;                       ///< The object is one of it. Exact for Create.
    ObjectId id;                       ///< Of all but Create; `made_by` names earlier ones.
    model::FieldValues fields;         ///< Of Create and Update: those given, null where cleared.
    std::optional<Revision> if_match;  ///< Stale when the goal is newer.
    Cascade cascade = Cascade::No;     ///< Delete what protects it, too.
    std::string place;   ///< Prefix of fields in error details: "/operations/3/fields/"
    std::string action;  ///< Of Action: see kernel/actions.h.
};

/// What came of the operations of a transaction.
struct Outcome {
    std::vector<ObjectId> ids;  ///< One an operation; zero where it was refused.
    /// With Mode::Each: why an operation was refused. Else empty.
    std::vector<std::optional<Error>> refusals;
};

/// Changes that become one commit.
struct Transaction {
    enum class Mode : std::uint8_t {
        All,  ///< They happen together or not at all.
        Each  ///< Each happens, with what the rules add, or is refused, by itself.
    };
    /// What is kept in the journal together with the commit, such as an idempotent answer.
    using Side =
        std::function<std::vector<journal::SideRecord>(Revision revision, const Outcome& outcome)>;
    /// Looks at what the transaction has done to `view`'s model before it is committed, and may
    /// refuse it.
    using Review =
        std::function<Result<void>(model::View view, const std::vector<model::Edit>& edits)>;

    Principal principal;
    std::vector<Operation> operations;
    std::string request = {};  ///< Id of the request, for history and logs.
    Side side = {};            ///< Called on the commit thread; empty: nothing.
    Review review = {};        ///< Called on the commit thread, not for plans; empty: nothing.
    Mode mode = Mode::All;
    /// With Mode::Each: operations that are known to be refused, one an operation or empty.
    std::vector<std::optional<Error>> refusals = {};
    /// Looks for owners of all objects that services observe, not only of those touched: what to
    /// do when services have come.
    bool reviews_owners = false;
};

/// What a transaction has done. It is durable.
struct Committed {
    Revision revision;  ///< Unchanged when the transaction changed nothing.
    Outcome outcome;
    model::SnapshotPointer after;  ///< A version that includes it.
};

/// An object that is there and does not conform: an admission rule would refuse it if it came
/// today, or an invariant over feedback does not hold.
struct Violation {
    ObjectId object;
    std::string rule;  ///< Name of the admission rule or invariant.
    std::string message;
    bool operator==(const Violation&) const = default;
};

/// What a transaction would do, rules included: its draft, thrown away with it.
struct Plan {
    model::SnapshotPointer before;
    model::Draft draft;
    std::vector<model::Edit> edits;  ///< One an object, in order of id.
    Outcome outcome;
    /// What would no longer conform. Absent where that is too much work.
    std::optional<std::vector<Violation>> violations;
};

/// One object's outcome as a synchronizer reports it; api.md, `status`.
struct StatusItem {
    enum class State : std::uint8_t { Done, Working, Waiting, Failed, Clean };
    ObjectId id;
    Revision goal_revision;  ///< The goal that was read before the step.
    State state = State::Done;
    std::string text;
    std::optional<ObjectId> waiting_for;
    std::optional<std::string> inputs;
    std::optional<std::string> handle;
    model::FieldValues feedback;
};

/// What one synchronizer reports together. Items that do not fit are refused singly.
struct StatusBatch {
    Principal principal;
    std::vector<StatusItem> items;
};

/// What became of a status batch: an error for each item that was refused.
struct StatusResult {
    Revision revision;
    std::vector<std::optional<Error>> refusals;
};

}  // namespace xos::kernel
