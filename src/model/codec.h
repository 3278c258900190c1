#pragma once

#include "base/json.h"
#include "base/result.h"
#include "model/row.h"

#include <span>
#include <string>

namespace xos::model {

/// Appends the object as JSON for those who may see it: `id`, `leaf_model_name`, `class_names`,
/// `ready`, then its fields by their API names, nulls included. Times are RFC 3339; what is secret
/// or hashed is as `write_hidden` has it. With `only`, no other fields than these.
void write_shown(std::string& out, const schema::Schema& schema, const Row& row,
                 std::span<const FieldIndex> only = {});

/// Appends the object as the journal keeps it: fields by their API names, secrets included, those
/// that are null and have no default left out.
void write_stored(std::string& out, const schema::Type& type, const Row& row);
/// The same as history may show it: secrets as `write_hidden` has them, without hidden fields.
void write_history(std::string& out, const schema::Type& type, const Row& row);

/// One field as both forms show it, without its name.
void write_value(JsonWriter& writer, const schema::Field& field, const Row& row, FieldIndex at);

/// What may be shown of a secret or hashed field: `{"set": true, "version": R}`, where R is the
/// commit that last changed it, or `{"set": false}`.
void write_hidden(JsonWriter& writer, const Row& row, FieldIndex at);

/// The value that `json` is for `field`; Invalid with what would be right when it is none.
/// Null is always a value.
Result<Value> read_value(const schema::Field& field, const Json& json);
/// The same for a secret or hashed field, which may also be as `write_hidden` has it: then that it
/// is set and its version is known.
Result<Value> read_hidden(const schema::Field& field, const Json& json);
/// The fields of an object that `write_stored` or `write_shown` wrote. Members that the type does
/// not have are left out; fields that the document does not have take their default.
Result<FieldValues> read_document(const schema::Type& type, const Json& document);

/// Whether the value of `field` is never shown, in answers or history.
bool is_hidden(const schema::Field& field);

}  // namespace xos::model
