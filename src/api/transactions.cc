#include "api/transactions.h"

#include "api/body_reader.h"
#include "api/operations_reader.h"
#include "api/problem.h"
#include "api/targets.h"
#include "kernel/kernel.h"

#include <array>

namespace xos::api {

namespace {

constexpr std::array<std::string_view, 1> kParameters{"plan"};

/// The answer: for each operation the id of its object, and the name that "as" gave it.
std::string format_results(const kernel::Committed& done, const Json& body) {
    const Json* operations = body.find("operations");
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.member("revision", done.revision.value);
    writer.name("results");
    writer.begin_array();
    for (std::size_t i = 0; i < done.ids.size(); ++i) {
        writer.begin_object();
        writer.member("id", done.ids[i].value);
        const std::string_view name = (*operations->as_array())[i].text("as");
        if (!name.empty())
            writer.member("as", name);
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
    auto body = read_object(call->request.body);
    if (!body)
        return call->refuse(body.error());
    const auto list = find_operations(*body, parts_.options.most_operations);
    if (!list)
        return call->refuse(list.error());
    const auto shared = std::make_shared<const Json>(std::move(*body));
    idempotency_.run(
        call,
        [call, shared](const kernel::Committed& done) {
            call->answer_json(format_results(done, *shared));
        },
        [this, call, shared] { run(call, shared); });
}

void Transactions::run(const CallPointer& call, const std::shared_ptr<const Json>& body) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    std::vector<ErrorDetail> mistakes;
    check_parameters(*call, kParameters, mistakes);
    OperationsReader operations_reader(reader, mistakes);
    for (const Json& one : *body->find("operations")->as_array())
        operations_reader.read(one);
    auto operations = operations_reader.take_operations();
    add_value_mistakes(reader.schema(), operations, mistakes);
    if (!mistakes.empty())
        return call->refuse(mistakes_error(ErrorCode::Invalid, std::move(mistakes)));
    writes_.submit(call, std::move(operations), [call, body](Result<kernel::Committed> done) {
        if (done)
            call->answer_json(format_results(*done, *body));
        else
            call->refuse(done.error());
    });
}

}  // namespace xos::api
