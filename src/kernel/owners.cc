#include "kernel/owners.h"

#include "expression/evaluator.h"
#include "kernel/describe.h"

#include <set>

namespace xos::kernel {

namespace base = schema::base_field;
using model::Row;

namespace {

bool matches(model::View view, const Observation& observation, const Row& row) {
    if (!view.schema().is_a(row.type(), observation.type))
        return false;
    if (!observation.select)
        return true;
    return expression::Evaluator(view).holds(*observation.select, {.object = &row});
}

/// The touched objects, and those whose selection reads one of them.
std::set<ObjectId> concerned(const Change& change, const std::vector<Observation>& observations) {
    std::set<ObjectId> objects;
    for (const model::Edit& edit : change.edits_since(change.start())) {
        if (!edit.after)
            continue;
        objects.insert(edit.id());
        for (const Observation& observation : observations) {
            if (!observation.select)
                continue;
            for (const schema::Path* path : expression::paths_of(*observation.select)) {
                if (path->steps.size() < 2)
                    continue;
                const auto readers =
                    expression::readers(change.view(), *path, *edit.after, edit.before);
                objects.insert(readers.begin(), readers.end());
            }
        }
    }
    return objects;
}

Result<void> assign_owner(Change& change, const std::vector<Observation>& observations,
                          ObjectId id) {
    const Row* row = change.view().find(id);
    if (!row || row->deleted() || !row->is_null(base::kBackendOwner) || row->boolean(base::kNoSync))
        return {};
    const Observation* first = nullptr;
    for (const Observation& observation : observations) {
        if (!matches(change.view(), observation, *row))
            continue;
        if (first && first->service != observation.service)
            return Error{ErrorCode::Conflict,
                         describe(change.view(), *row) + " is selected by two services, \"" +
                             first->service + "\" and \"" + observation.service + "\""};
        first = &observation;
    }
    const Row* service = first ? find_service(change.view(), first->service) : nullptr;
    if (service)
        change.update(id, {{base::kBackendOwner, service->id()},
                           {base::kBackendCode, std::int64_t{0}},
                           {base::kBackendSince, change.now()}});
    return {};
}

}  // namespace

const Row* find_service(model::View view, std::string_view name) {
    const schema::Type* type = view.schema().find_type("Service");
    const auto field = type ? type->find_field_index("name") : std::nullopt;
    if (!field)
        return nullptr;
    const auto found = view.find_equal(type->id, *field, std::string(name));
    return found.empty() ? nullptr : found[0];
}

bool selects(model::View view, const std::vector<Observation>& observations,
             const std::string& service, const Row& row) {
    for (const Observation& observation : observations) {
        if (observation.service == service && matches(view, observation, row))
            return true;
    }
    return false;
}

Result<void> assign_owners(Change& change, const std::vector<Observation>& observations) {
    if (observations.empty())
        return {};
    for (const ObjectId id : concerned(change, observations))
        TRY(assign_owner(change, observations, id));
    return {};
}

Result<void> assign_all_owners(Change& change, const std::vector<Observation>& observations) {
    std::set<ObjectId> objects;
    for (const Observation& observation : observations) {
        change.view().for_each(observation.type, [&](const Row& row) {
            objects.insert(row.id());
            return true;
        });
    }
    for (const ObjectId id : objects)
        TRY(assign_owner(change, observations, id));
    return {};
}

}  // namespace xos::kernel
