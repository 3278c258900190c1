#pragma once

#include "api/reader.h"
#include "base/json.h"
#include "kernel/transaction.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::api {

/// Reads the operations of a transaction and says everything that is wrong, each mistake with a
/// JSON pointer. Later operations refer to what earlier ones make by "$name".
class OperationsReader {
public:
    OperationsReader(const Reader& reader, std::vector<ErrorDetail>& mistakes)
        : reader_(reader), mistakes_(mistakes) {}

    /// Takes the next operation.
    void read(const Json& json);

    std::vector<kernel::Operation> take_operations() { return std::move(operations_); }

private:
    void check_members(const Json& json);
    const schema::Type* read_type(const Json& json, const model::Row* row);
    /// The object an operation is about; fills `operation.id`.
    const model::Row* read_id(const Json& json, kernel::Operation& operation);
    void read_match(const Json& json, kernel::Operation& operation);
    void read_action(const Json& json, const schema::Type& type, kernel::Operation& operation);
    void read_fields(const Json& json, const model::Row* row, kernel::Operation& operation);
    std::optional<ObjectId> find_name(std::string_view name) const;
    std::string place(std::string_view member) const;
    void complain(std::string_view member, std::string message);

    const Reader& reader_;
    std::vector<ErrorDetail>& mistakes_;
    std::vector<kernel::Operation> operations_;
    std::map<std::string, std::size_t, std::less<>> names_;
};

}  // namespace xos::api
