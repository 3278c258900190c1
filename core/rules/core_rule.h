#pragma once

#include "core/rules/fields.h"
#include "kernel/rule.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace xos::core {

using kernel::Change;
using model::Edit;
using model::Row;
using model::View;

/// What all rules of this folder have: a name, the types they watch, and the fields they read.
class CoreRule : public kernel::Rule {
public:
    CoreRule(std::string_view name, FieldsPointer fields, std::vector<TypeId> watches);

    std::string_view name() const override { return name_; }
    std::span<const TypeId> watches() const override { return watches_; }

protected:
    const Fields& fields() const { return *fields_; }

private:
    const std::string_view name_;
    const FieldsPointer fields_;
    const std::vector<TypeId> watches_;
};

/// A rule that only says what may come: what is there need not conform to it.
class AdmissionRule : public CoreRule {
public:
    using CoreRule::CoreRule;

    bool is_admission() const override { return true; }
};

/// Whether there is an object and nobody wants it deleted.
bool is_live(const Row* row);
/// The object as it is in the change so far, if it is live.
const Row* find_live(const Change& change, TypeId type, ObjectId id);
/// Whether the edit makes, deletes or purges an object, or changes one of its `fields`.
bool touches(const Change& change, const Edit& edit, std::initializer_list<FieldIndex> fields);
/// Whether this transaction makes the object.
bool is_new(const Change& change, ObjectId id);
/// Whether this transaction deletes the object, which was live before.
bool is_going(const Change& change, const Row& row);
/// Whether the object was there before and this transaction has given `field` another value.
bool has_changed(const Change& change, const Row& row, FieldIndex field);

/// Whether one of the rows whose `field` links to `target` is such; it looks no further than that.
bool any_linking(View view, model::LinkPlace link, ObjectId target,
                 const std::function<bool(const Row&)>& is_such);

/// How messages name an object: `slice "lab"`, or by its key: `network slice "net/lab"`.
std::string describe(View view, const Row& row);
/// The same for the object with an id, which may be gone.
std::string describe(View view, ObjectId id);
/// Says that `field` of `row` breaks a rule: `instance "a": ` and the message.
Error refuse(const Change& change, const Row& row, FieldIndex field, std::string message);
/// The same without a field, for what the values of the object do not cause.
Error refuse(const Change& change, const Row& row, std::string message);
/// Says that the object is in use in a way that forbids what is asked.
Error conflict(const Change& change, const Row& row, std::string message);

}  // namespace xos::core
