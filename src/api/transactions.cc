#include "api/transactions.h"

#include "api/body_reader.h"
#include "api/operations_reader.h"
#include "api/problem.h"
#include "api/targets.h"
#include "kernel/kernel.h"

#include <array>

namespace xos::api {

namespace {

using Names = std::map<std::size_t, std::string>;
constexpr std::array<std::string_view, 1> kParameters{"plan"};

std::string format_results(const kernel::Committed& done, const Names& names) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.member("revision", done.revision.value);
    writer.name("results");
    writer.begin_array();
    for (std::size_t i = 0; i < done.ids.size(); ++i) {
        writer.begin_object();
        writer.member("id", done.ids[i].value);
        if (const auto name = names.find(i); name != names.end())
            writer.member("as", name->second);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return text;
}

/// The operations of a body. A mistake of its own form ends the reading.
Result<const Json::Array*> find_operations(const Json& body, std::size_t most) {
    const auto wrong = [](std::string field, std::string message) {
        return mistakes_error(ErrorCode::Invalid, {{std::move(field), std::move(message)}});
    };
    for (const auto& [name, value] : *body.as_object()) {
        if (name == "mode" && value != Json("all"))
            return wrong("/mode", "wants all: either everything happens or nothing");
        if (name != "operations" && name != "mode")
            return wrong("/" + name, "is no part of a transaction");
    }
    const Json* operations = body.find("operations");
    if (!operations || !operations->as_array())
        return wrong("/operations", "wants a list of operations");
    if (operations->as_array()->size() > most)
        return Error{ErrorCode::TooLarge,
                     "a transaction has at most " + std::to_string(most) + " operations"};
    return operations->as_array();
}

}  // namespace

void Transactions::post(const CallPointer& call) const {
    const auto body = read_object(call->request.body);
    if (!body)
        return call->refuse(body.error());
    const auto list = find_operations(*body, parts_.options.most_operations);
    if (!list)
        return call->refuse(list.error());
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    std::vector<ErrorDetail> mistakes;
    check_parameters(*call, kParameters, mistakes);
    OperationsReader operations_reader(reader, mistakes);
    for (const Json& one : **list)
        operations_reader.read(one);
    auto operations = operations_reader.take_operations();
    add_value_mistakes(reader.schema(), operations, mistakes);
    if (!mistakes.empty())
        return call->refuse(mistakes_error(ErrorCode::Invalid, std::move(mistakes)));
    writes_.submit(call, std::move(operations),
                   [call, names = operations_reader.names()](Result<kernel::Committed> done) {
                       if (done)
                           call->answer_json(format_results(*done, names));
                       else
                           call->refuse(done.error());
                   });
}

}  // namespace xos::api
