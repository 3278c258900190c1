#include "core/rules/core_rule.h"

#include "kernel/describe.h"

#include <algorithm>
#include <utility>

namespace xos::core {

CoreRule::CoreRule(std::string_view name, FieldsPointer fields, std::vector<TypeId> watches)
    : name_(name), fields_(std::move(fields)), watches_(std::move(watches)) {}

bool is_live(const Row* row) {
    return row && !row->deleted();
}

const Row* find_live(const Change& change, TypeId type, ObjectId id) {
    const Row* row = id.value == 0 ? nullptr : change.view().find(type, id);
    return is_live(row) ? row : nullptr;
}

bool touches(const Change& change, const Edit& edit, std::initializer_list<FieldIndex> fields) {
    if (!edit.before || !edit.after || edit.before->deleted() != edit.after->deleted())
        return true;
    const schema::Type& type = change.view().type_of(*edit.after);
    return std::any_of(fields.begin(), fields.end(), [&](FieldIndex field) {
        return !same_value(type, *edit.before, *edit.after, field);
    });
}

bool is_new(const Change& change, ObjectId id) {
    return change.before(id) == nullptr;
}

bool is_going(const Change& change, const Row& row) {
    return row.deleted() && is_live(change.before(row.id()));
}

bool has_changed(const Change& change, const Row& row, FieldIndex field) {
    const Row* before = change.before(row.id());
    return before && !same_value(change.view().type_of(row), *before, row, field);
}

bool any_linking(View view, model::LinkPlace link, ObjectId target,
                 const std::function<bool(const Row&)>& is_such) {
    for (const TypeId leaf : view.schema().type(link.type).leaves) {
        const model::TypeLayout& layout = view.layout().type(leaf);
        const model::Tree& index = view.tree(layout.find_index(link.field)->root);
        for (auto at = index.lower_bound({target.value, 0}); at && (*at).key == target.value;
             at.next()) {
            if (is_such(*view.find(leaf, ObjectId{(*at).value})))
                return true;
        }
    }
    return false;
}

std::string describe(View view, const Row& row) {
    return kernel::describe(view, row);
}

std::string describe(View view, ObjectId id) {
    const Row* row = view.find(id);
    return row ? describe(view, *row) : "object " + std::to_string(id.value);
}

Error refuse(const Change& change, const Row& row, FieldIndex field, std::string message) {
    const schema::Type& type = change.view().type_of(row);
    return Error(ErrorCode::Invalid, describe(change.view(), row) + ": " + message,
                 {{type.fields[field].api_name, message}});
}

Error refuse(const Change& change, const Row& row, std::string message) {
    return Error(ErrorCode::Invalid, describe(change.view(), row) + ": " + std::move(message));
}

Error conflict(const Change& change, const Row& row, std::string message) {
    return Error(ErrorCode::Conflict, describe(change.view(), row) + ": " + std::move(message));
}

}  // namespace xos::core
