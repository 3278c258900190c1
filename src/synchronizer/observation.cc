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
            // A link to an object of any type (target 0) says nothing about types.
            if ((field.type != FieldType::Link && field.type != FieldType::LinkSet) ||
                field.target.value == 0)
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
