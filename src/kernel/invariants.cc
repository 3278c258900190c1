#include "kernel/invariants.h"

#include "expression/evaluator.h"
#include "expression/invariants.h"
#include "kernel/describe.h"

#include <algorithm>
#include <set>

namespace xos::kernel {

using model::Row;

namespace {

bool holds(model::View view, const schema::Validator& invariant, const Row& row) {
    expression::Evaluator evaluator(view);
    const schema::Policy& policy = view.schema().policy(invariant.policy);
    return evaluator.holds(policy.expression, {.object = &row, .old = &row}) &&
           !evaluator.exhausted();
}

/// The live objects that have an invariant which the change may have broken.
std::set<ObjectId> objects_to_check(const Change& change) {
    const model::View view = change.view();
    std::set<ObjectId> ids;
    for (const model::Edit& edit : change.edits_since(change.start())) {
        const Row& row = edit.any();
        if (!view.type_of(row).invariants.empty())
            ids.insert(row.id());
        for (const schema::InvariantRead& read : view.schema().invariant_reads()) {
            const auto more = expression::objects_reading(view, read, row, edit.before);
            ids.insert(more.begin(), more.end());
        }
    }
    return ids;
}

}  // namespace

void check_invariants(const Change& change, std::vector<Finding>& findings) {
    const model::View view = change.view();
    for (const ObjectId id : objects_to_check(change)) {
        const Row* row = view.find(id);
        if (!row || row->deleted())
            continue;
        for (const schema::Validator& invariant : view.type_of(*row).invariants) {
            if (!invariant.reports_only && !holds(view, invariant, *row))
                findings.push_back(
                    {id, Error{ErrorCode::Invalid, describe(view, *row) + ": " +
                                                       fill_in(view, *row, invariant.message)}});
        }
    }
}

std::vector<Violation> broken_invariants(model::View view) {
    std::vector<Violation> found;
    for (const schema::Type& type : view.schema().types()) {
        if (type.abstract || type.invariants.empty())
            continue;
        view.for_each(type.id, [&](const Row& row) {
            // Rows of derived types come again with their own type.
            if (row.deleted() || row.type() != type.id)
                return true;
            for (const schema::Validator& invariant : type.invariants) {
                if (!holds(view, invariant, row))
                    found.push_back(
                        {row.id(), invariant.name, fill_in(view, row, invariant.message)});
            }
            return true;
        });
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Violation& a, const Violation& b) { return a.object < b.object; });
    return found;
}

}  // namespace xos::kernel
