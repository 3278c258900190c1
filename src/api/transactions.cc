#include "api/transactions.h"

#include "api/body_reader.h"
#include "api/operations_reader.h"
#include "api/problem.h"
#include "api/targets.h"
#include "kernel/kernel.h"

#include <algorithm>

namespace xos::api {

namespace {

bool is_each(const Json& body) {
    return body.text("mode") == "each";
}

/// The answer: for each operation the id of its object, and the name that "as" gave it.
std::string format_results(const kernel::Committed& done, const Json& body) {
    const Json* operations = body.find("operations");
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.member("revision", done.revision.value);
    writer.name("results");
    writer.begin_array();
    for (std::size_t i = 0; i < done.outcome.ids.size(); ++i)
        write_result(writer, done.outcome, i, (*operations->as_array())[i].text("as"));
    writer.end_array();
    if (is_each(body)) {
        const auto& refusals = done.outcome.refusals;
        writer.member("refused", std::uint64_t(std::count_if(
                                     refusals.begin(), refusals.end(),
                                     [](const auto& refusal) { return refusal.has_value(); })));
    }
    writer.end_object();
    return text;
}

/// The operations of a body. A mistake of its own form ends the reading.
Result<const Json::Array*> find_operations(const Json& body, std::size_t most) {
    const auto wrong = [](std::string field, std::string message) {
        return mistakes_error(ErrorCode::Invalid, {{std::move(field), std::move(message)}});
    };
    for (const auto& [name, value] : *body.as_object()) {
        if (name == "mode" && value != Json("all") && value != Json("each"))
            return wrong("/mode", "wants \"all\" (everything happens or nothing) or \"each\"");
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
    check_parameters(*call, kPlanParameters, mistakes);
    kernel::Transaction transaction{.principal = {}, .operations = {}};
    if (is_each(*body))
        transaction.mode = kernel::Transaction::Mode::Each;
    OperationsReader operations_reader(reader, mistakes);
    for (const Json& one : *body->find("operations")->as_array()) {
        const std::size_t known = mistakes.size();
        operations_reader.read(one);
        if (!is_each(*body))
            continue;
        const auto first = mistakes.begin() + static_cast<std::ptrdiff_t>(known);
        auto& refusal = transaction.refusals.emplace_back();
        if (first != mistakes.end())
            refusal = mistakes_error(ErrorCode::Invalid, {first, mistakes.end()});
        mistakes.erase(first, mistakes.end());
    }
    transaction.operations = operations_reader.take_operations();
    add_value_mistakes(reader.schema(), transaction.operations, mistakes);
    if (!mistakes.empty())
        return call->refuse(mistakes_error(ErrorCode::Invalid, std::move(mistakes)));
    writes_.submit(call, std::move(transaction), [call, body](Result<kernel::Committed> done) {
        if (done)
            call->answer_json(format_results(*done, *body));
        else
            call->refuse(done.error());
    });
}

}  // namespace xos::api
