#include "api/past_rows.h"

#include "kernel/kernel.h"
#include "model/query_cursor.h"

#include <algorithm>
#include <memory>

namespace xos::api {

using journal::Version;
using model::FieldValues;
using model::Row;

PastRows::PastRows(const kernel::Kernel& kernel, Reader& reader, Revision at)
    : kernel_(kernel),
      reader_(reader),
      at_(at),
      documents_(kernel.documents()),
      store_(reader.view().layout().schema_pointer()),
      rows_(store_.begin()),
      last_rows_(store_.begin()) {
    reader_.judge_by([this](const Row& row) {
        const Row* present = reader_.view().find(row.id());
        return present ? present : last(row.id());
    });
}

PastRows::~PastRows() {
    reader_.judge_by({});
}

Result<const Row*> PastRows::add(const Version& version) {
    const schema::Type* type = reader_.schema().find_type(version.type);
    if (!type)
        return nullptr;
    const FieldValues values = TRY(documents_.read(*type, version.schema, version.document));
    exact_ &= version.exact;
    return &rows_.create(*type, version.id, values);
}

Result<const Row*> PastRows::find(const schema::Type& type, ObjectId id) {
    const auto version = TRY(kernel_.journal().find_object(id, at_));
    const schema::Type* leaf = version ? reader_.schema().find_type(version->type) : nullptr;
    if (!leaf || !reader_.schema().is_a(leaf->id, type.id))
        return nullptr;
    if (!journal::has_document(version->kind))
        return Error{ErrorCode::Gone, "objects of type " + leaf->name + " have no history"};
    return add(*version);
}

Result<bool> PastRows::fits(const model::Query& query, const Version& version) {
    const schema::Type& type = *reader_.schema().find_type(version.type);
    const FieldValues values = TRY(documents_.read(type, version.schema, version.document));
    const std::unique_ptr<Row, void (*)(const Row*)> row(
        model::make_row(type, {version.id, nullptr, 0}, values), model::free_row);
    return std::all_of(query.conditions.begin(), query.conditions.end(),
                       [&](const model::Condition& condition) {
                           return model::matches(view(), *row, condition, query.sight);
                       });
}

Result<void> PastRows::find_all(const model::Query& query) {
    const auto start = TRY(model::decode_cursor(query));
    const bool in_order_of_id = query.order.empty() && !query.count;
    for (const TypeId leaf : reader_.schema().type(query.type).leaves) {
        const schema::Type& type = reader_.schema().type(leaf);
        if (!type.history)
            return Error{ErrorCode::Gone, "objects of type " + type.name + " have no history"};
        std::size_t found = 0;
        bool has_enough = false;
        auto walked = kernel_.journal().for_each_object_at(
            type.full_name(), at_, [&](const Version& version) -> Result<void> {
                if (in_order_of_id && start && version.id <= start->id)
                    return {};
                if (!TRY(fits(query, version)))
                    return {};
                const Row* row = TRY(add(version));
                found += model::is_of_kind(*row, query.kind) && query.sight.sees(*row);
                has_enough = in_order_of_id && found > query.limit;
                return has_enough ? Result<void>(Error{ErrorCode::Gone, "enough"}) : Result<void>();
            });
        if (!walked && !has_enough)
            return walked;
    }
    return {};
}

const Row* PastRows::last(ObjectId id) {
    const auto known = last_.find(id);
    if (known != last_.end())
        return known->second;
    const auto last = read_last(id);
    return last_.emplace(id, last ? *last : nullptr).first->second;
}

Result<const Row*> PastRows::read_last(ObjectId id) {
    for (const Version& version : TRY(kernel_.journal().versions(id, {.limit = 2}))) {
        const schema::Type* type = reader_.schema().find_type(version.type);
        if (type && journal::has_document(version.kind))
            return &last_rows_.create(
                *type, id, TRY(documents_.read(*type, version.schema, version.document)));
    }
    return nullptr;
}

}  // namespace xos::api
