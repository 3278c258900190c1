#include "kernel/checks.h"

#include "base/crypto.h"
#include "base/text.h"
#include "expression/evaluator.h"
#include "kernel/any_link.h"
#include "kernel/describe.h"
#include "kernel/format_check.h"

#include <algorithm>

namespace xos::kernel {

namespace base = schema::base_field;
using model::FieldIndex;
using model::Row;
using model::Value;
using schema::Field;
using schema::FieldClass;
using schema::FieldType;

namespace {

constexpr std::size_t kMostFindings = 100;

std::optional<std::string> check_text(const Field& field, std::string& text) {
    if (field.format == schema::Format::Stripped)
        text = std::string(trim(text));
    if (field.max_length && utf8_length(text) > static_cast<std::size_t>(*field.max_length))
        return "is longer than " + std::to_string(*field.max_length) + " characters";
    if (text.empty())
        return std::nullopt;
    if (!field.text && has_control_character(text))
        return "has a control character, such as a line break or tab";
    if (text.find('\0') != std::string::npos)
        return "has a character with the code 0";
    if (field.format == schema::Format::Url && !is_url(text))
        return "wants a URL such as \"https://example.org/\"";
    if (field.format == schema::Format::Ip && !is_ip_address(text))
        return "wants an IP address such as \"10.64.0.2\"";
    return std::nullopt;
}

std::optional<std::string> check_number(const Field& field, double number) {
    if (field.min_value && number < *field.min_value)
        return "is less than " + format_number(*field.min_value);
    if (field.max_value && number > *field.max_value)
        return "is more than " + format_number(*field.max_value);
    return std::nullopt;
}

std::optional<std::string> check_choice(const Field& field, const std::string& text) {
    if (field.choices.empty() || (text.empty() && !field.required))
        return std::nullopt;
    std::vector<std::string> values;
    for (const auto& [value, label] : field.choices) {
        if (value == text)
            return std::nullopt;
        values.push_back("\"" + value + "\"");
    }
    return "\"" + text + "\" is none of " + join(values, ", ");
}

/// What is wrong with a value, which is brought into its one form.
std::optional<std::string> check_value(const Field& field, Value& value) {
    if (schema::is_null(value)) {
        if (field.type == FieldType::LinkSet)
            value = std::vector<ObjectId>{};
        if (field.required && !field.allocated && field.type != FieldType::LinkSet)
            return "may not be null";
        return std::nullopt;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return field.type == FieldType::Time ? std::nullopt
                                             : check_number(field, static_cast<double>(*integer));
    if (const auto* number = std::get_if<double>(&value))
        return check_number(field, *number);
    if (auto* text = std::get_if<std::string>(&value); text && field.type == FieldType::String) {
        if (auto mistake = check_text(field, *text))
            return mistake;
        if (text->empty() && field.required && !field.blank)
            return "may not be empty";
        return check_choice(field, *text);
    }
    return std::nullopt;
}

std::optional<std::string> check_settable(const Field& field, const Operation& operation) {
    if (field.field_class == FieldClass::Feedback)
        return "is feedback: only the service that makes the object real writes it";
    if (field.field_class == FieldClass::Bookkeeping)
        return "is kept by the system and cannot be set";
    if (field.immutable && operation.kind == Operation::Kind::Update)
        return "cannot be changed once the object exists";
    return std::nullopt;
}

Result<void> check_operation(const schema::Type& type, Operation& operation, bool is_system,
                             std::vector<ErrorDetail>& mistakes) {
    for (auto& [at, value] : operation.fields) {
        const Field& field = type.fields[at];
        auto mistake = is_system ? std::nullopt : check_settable(field, operation);
        if (!mistake)
            mistake = check_value(field, value);
        if (mistake)
            mistakes.push_back({operation.place + field.api_name, *mistake});
        else if (auto* text = std::get_if<std::string>(&value); text && field.hashed && !is_system)
            value = TRY(hash_password(*text));
    }
    return {};
}

/// The first of several mistakes as the message, all of them as details.
Error invalid(std::vector<ErrorDetail> mistakes, ErrorCode code = ErrorCode::Invalid) {
    std::string message = mistakes[0].sentence();
    if (mistakes.size() > 1)
        message += " (and " + std::to_string(mistakes.size() - 1) + " more)";
    return Error{code, std::move(message), std::move(mistakes)};
}

std::optional<std::string> check_target(model::View view, const Field& field, ObjectId target) {
    const std::string wanted = type_wanted(view.schema(), field);
    const Row* row = view.find(target);
    if (!row)
        return "there is no " + wanted + " " + std::to_string(target.value);
    if (!view.schema().is_a(row->type(), field.target))
        return describe(view, *row) + " is no " + wanted;
    if (row->deleted())
        return describe(view, *row) + " is being deleted";
    return std::nullopt;
}

void check_links(model::View view, const Row& row, std::vector<ErrorDetail>& mistakes) {
    const schema::Type& type = view.type_of(row);
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        const auto at = static_cast<FieldIndex>(i);
        if (field.type == FieldType::Link && !row.is_null(at)) {
            if (auto mistake = check_target(view, field, row.link(at)))
                mistakes.push_back({field.api_name, *mistake});
        } else if (field.type == FieldType::LinkSet) {
            for (const ObjectId member : row.links(at)) {
                if (auto mistake = check_target(view, field, member))
                    mistakes.push_back({field.api_name, *mistake});
            }
        }
    }
}

void check_required(model::View view, const Row& row, std::vector<ErrorDetail>& mistakes) {
    const schema::Type& type = view.type_of(row);
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        const auto at = static_cast<FieldIndex>(i);
        if (field.required && field.field_class == FieldClass::Declarative && row.is_null(at) &&
            field.type != FieldType::LinkSet)
            mistakes.push_back({field.api_name, "is required"});
    }
}

/// Whether the object had these very values before: then the other one that has them is to blame.
bool had_key(const schema::Type& type, const schema::Key& key, const Row& row, const Row* before) {
    return before && std::all_of(key.fields.begin(), key.fields.end(), [&](FieldIndex field) {
               return model::same_value(type, *before, row, field);
           });
}

Result<void> check_keys(model::View view, const Row& row, const Row* before) {
    const schema::Type& type = view.type_of(row);
    for (std::size_t i = 0; i < type.keys.size(); ++i) {
        if (had_key(type, type.keys[i], row, before))
            continue;
        std::vector<Value> values;
        std::vector<std::string> names;
        for (const FieldIndex field : type.keys[i].fields) {
            values.push_back(model::value_of(type, row, field));
            names.push_back(type.fields[field].api_name);
        }
        if (std::any_of(values.begin(), values.end(), schema::is_null))
            continue;
        const Row* other = view.find_other_by_key(type, i, values, row.id());
        if (!other)
            continue;
        const std::string taken = std::string(names.size() > 1 ? "are" : "is") + " taken by " +
                                  type.name + " " + std::to_string(other->id().value);
        return Error{ErrorCode::Conflict,
                     describe(view, row) + ": " + join(names, " and ") + " " + taken,
                     {{names[0], taken}}};
    }
    return {};
}

void check_validators(model::View view, const Row& row, const Row* before,
                      std::vector<Finding>& findings) {
    const schema::Type& type = view.type_of(row);
    for (const schema::Validator& validator : type.validators) {
        const auto& policy = view.schema().policy(validator.policy);
        if (!expression::Evaluator(view).holds(policy.expression, {.object = &row, .old = before}))
            findings.push_back(
                {row.id(), {ErrorCode::Invalid, fill_in(view, row, validator.message)}});
    }
}

void check_object(model::View view, const Row& row, const Row* before,
                  std::vector<Finding>& findings) {
    std::vector<ErrorDetail> mistakes;
    check_required(view, row, mistakes);
    check_links(view, row, mistakes);
    check_any_link(view, row, mistakes);
    if (!mistakes.empty()) {
        findings.push_back({row.id(), invalid(std::move(mistakes)).in(describe(view, row))});
        return;  // What else is said would only follow from it.
    }
    if (auto keys = check_keys(view, row, before); !keys)
        findings.push_back({row.id(), std::move(keys).error()});
    check_validators(view, row, before, findings);
}

}  // namespace

Result<void> check_values(const schema::Schema& schema, Transaction& transaction) {
    std::vector<ErrorDetail> mistakes;
    const bool is_system = transaction.principal.kind == Principal::Kind::System;
    for (Operation& operation : transaction.operations) {
        const schema::Type& type = schema.type(operation.type);
        if (operation.kind == Operation::Kind::Create && type.abstract)
            return Error{ErrorCode::Invalid,
                         "a " + type.name + " is always of a more special type"};
        TRY(check_operation(type, operation, is_system, mistakes));
    }
    if (!mistakes.empty())
        return invalid(std::move(mistakes));
    return {};
}

std::vector<Finding> check_objects(const Change& change) {
    const model::View view = change.view();
    std::vector<Finding> findings;
    for (const model::Edit& edit : change.edits_since(change.start())) {
        if (!edit.after || edit.after->deleted())
            continue;
        if (findings.size() >= kMostFindings)
            break;
        check_object(view, *edit.after, change.before(edit.id()), findings);
    }
    return findings;
}

}  // namespace xos::kernel
