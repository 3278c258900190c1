#include "synchronizer/observation.h"

#include "expression/evaluator.h"

#include <algorithm>
#include <set>

namespace xos::synchronizer {

namespace base = schema::base_field;
using model::Row;
using schema::Expression;
using schema::FieldType;
using schema::Path;
using schema::Step;

bool Observation::selects(model::View view, const Row& row) const {
    if (!view.schema().is_a(row.type(), type))
        return false;
    return !select || expression::Evaluator(view).holds(*select, {.object = &row, .old = &row});
}

std::optional<Duty> Observations::find_duty(model::View view, const Row& row,
                                            ObjectId service) const {
    const bool is_owned = service.value != 0 && row.link(base::kBackendOwner) == service;
    const Observation* of_type = nullptr;
    for (const Observation& one : all_) {
        if (one.is_follower() == is_owned || !view.schema().is_a(row.type(), one.type))
            continue;
        if (one.selects(view, row)) {
            // Nothing is made of what nobody wants made; what was made before still goes.
            if (is_owned && !row.deleted() && row.boolean(base::kNoSync))
                return std::nullopt;
            return Duty{&one, row.deleted() ? Duty::Wanted::Absent : Duty::Wanted::Present};
        }
        if (!of_type)
            of_type = &one;
    }
    if (is_owned && of_type)
        return Duty{of_type, Duty::Wanted::Absent};
    return std::nullopt;
}

namespace {

/// Whether what `step` reads of objects like that of `edit` has changed.
bool reads_change(const schema::Schema& schema, const Step& step, const model::Edit& edit) {
    const Row& any = edit.any();
    const bool came_or_went =
        !edit.before || !edit.after || edit.before->deleted() != edit.after->deleted();
    const auto differs = [&](schema::FieldIndex field) {
        const schema::Type& type = schema.type(any.type());
        if (field == schema::kReadyField)
            return edit.before->ready() != edit.after->ready();
        return field < type.fields.size() &&
               !model::same_value(type, *edit.before, *edit.after, field);
    };
    if (step.kind == Step::Kind::Field)
        return schema.is_a(any.type(), step.type) && (came_or_went || differs(step.index));
    const schema::Relation& relation = schema.type(step.type).relations[step.index];
    if (schema.is_a(any.type(), relation.target) && came_or_went)
        return true;
    if (!schema.is_a(any.type(), relation.via))
        return false;
    return came_or_went || differs(relation.near) || (relation.far && differs(*relation.far));
}

/// Whether the wish for the object itself has changed, and not only what was reported of it.
bool is_new_goal(const model::Edit& edit) {
    if (!edit.before || !edit.after)
        return true;
    return edit.before->goal_revision() != edit.after->goal_revision() ||
           edit.before->deleted() != edit.after->deleted() ||
           edit.before->link(base::kBackendOwner) != edit.after->link(base::kBackendOwner);
}

}  // namespace

std::vector<ObjectId> Observations::affected_by(model::View view, const model::Edit& edit) const {
    std::vector<ObjectId> affected;
    const schema::Schema& schema = view.schema();
    for (const Observation& one : all_) {
        if (edit.after && schema.is_a(edit.after->type(), one.type) && is_new_goal(edit))
            affected.push_back(edit.id());
        for (const Path& path : one.paths) {
            const bool concerned =
                std::any_of(path.steps.begin(), path.steps.end(),
                            [&](const Step& step) { return reads_change(schema, step, edit); });
            if (!concerned)
                continue;
            const auto readers = expression::readers(view, path, edit.any(), edit.before);
            affected.insert(affected.end(), readers.begin(), readers.end());
        }
    }
    std::sort(affected.begin(), affected.end());
    affected.erase(std::unique(affected.begin(), affected.end()), affected.end());
    return affected;
}

namespace {

void add_types_of(const schema::Schema& schema, const Path& path, std::set<TypeId>& types) {
    for (const Step& step : path.steps) {
        types.insert(step.type);
        const schema::Type& type = schema.type(step.type);
        if (step.kind == Step::Kind::Relation) {
            types.insert(type.relations[step.index].via);
            types.insert(type.relations[step.index].target);
        } else if (step.index < type.fields.size() &&
                   (type.fields[step.index].type == FieldType::Link ||
                    type.fields[step.index].type == FieldType::LinkSet)) {
            types.insert(type.fields[step.index].target);
        }
    }
}

/// The types that objects of `type` wait for by link, and those that wait for them.
void add_linked_types(const schema::Schema& schema, TypeId type, std::set<TypeId>& types) {
    for (const schema::Type& other : schema.types()) {
        for (const schema::Field& field : other.fields) {
            if (field.type != FieldType::Link && field.type != FieldType::LinkSet)
                continue;
            if (schema.is_a(type, other.id))
                types.insert(field.target);
            else if (schema.is_a(type, field.target) && field.name != "backend_owner")
                types.insert(other.id);
        }
    }
}

}  // namespace

std::vector<std::string> Observations::needed_types(const schema::Schema& schema) const {
    std::set<TypeId> types;
    for (const Observation& one : all_) {
        types.insert(one.type);
        for (const Path& path : one.paths)
            add_types_of(schema, path, types);
        for (const Observation::After& after : one.after)
            types.insert(after.type);
        if (!one.is_follower())
            add_linked_types(schema, one.type, types);
    }
    if (const schema::Type* service = schema.find_type("Service"))
        types.insert(service->id);
    std::vector<std::string> names;
    for (const TypeId type : types)
        names.push_back(schema.type(type).full_name());
    return names;
}

const Row* Observations::find_service(model::View view) const {
    const schema::Type* type = view.schema().find_type("Service");
    const auto name = type ? type->find_field_index("name") : std::nullopt;
    if (!name)
        return nullptr;
    const auto found = view.find_equal(type->id, *name, service_);
    return found.empty() ? nullptr : found[0];
}

}  // namespace xos::synchronizer
