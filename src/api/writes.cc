#include "api/writes.h"

#include "api/executor.h"
#include "api/plan_report.h"
#include "base/text.h"
#include "kernel/checks.h"
#include "kernel/kernel.h"

#include <algorithm>
#include <iterator>

namespace xos::api {

namespace {

/// Hashing takes its time, so a transaction with passwords starts on a worker.
bool sets_password(const schema::Schema& schema, const kernel::Transaction& transaction) {
    return std::any_of(transaction.operations.begin(), transaction.operations.end(),
                       [&](const kernel::Operation& operation) {
                           const auto& fields = schema.type(operation.type).fields;
                           return std::any_of(
                               operation.fields.begin(), operation.fields.end(),
                               [&](const auto& field) { return fields[field.first].hashed; });
                       });
}

}  // namespace

Writes::Writes(const Parts& parts)
    : parts_(parts),
      tokens_(parts.options.plan_key ? *parts.options.plan_key : SecretKey::make(parts.random),
              parts.wall_clock) {}

void Writes::submit(const CallPointer& call, std::vector<kernel::Operation> operations,
                    Then then) const {
    submit(call, kernel::Transaction{.principal = {}, .operations = std::move(operations)},
           std::move(then));
}

void Writes::submit(const CallPointer& call, kernel::Transaction given, Then then) const {
    auto transaction = std::make_shared<kernel::Transaction>(std::move(given));
    transaction->principal = call->identity.principal;
    transaction->request = call->id;
    transaction->side = call->side;
    kernel::Kernel& kernel = parts_.kernel;
    if (call->is_asked("plan")) {
        parts_.workers.post([this, call, transaction] {
            auto report = plan(call, std::move(*transaction));
            if (report)
                call->answer_json(std::move(report->report));
            else
                call->refuse(report.error());
        });
        return;
    }
    if (const std::string* token = call->request.find_parameter("if_plan")) {
        auto review = tokens_.check(*token, PlanTokens::digest(kernel.schema(), *transaction));
        if (!review)
            return call->refuse(review.error());
        transaction->review = std::move(*review);
    }
    const auto run = [transaction, then = std::move(then), &kernel] {
        kernel.submit(std::move(*transaction), then);
    };
    if (sets_password(kernel.schema(), *transaction))
        parts_.workers.post(run);
    else
        run();
}

Result<Writes::Planned> Writes::plan(const CallPointer& call,
                                     kernel::Transaction transaction) const {
    const kernel::Kernel& kernel = parts_.kernel;
    transaction.principal = call->identity.principal;
    const std::string digest = PlanTokens::digest(kernel.schema(), transaction);
    const kernel::Plan plan = TRY(parts_.kernel.plan(std::move(transaction)));
    return Planned{.report = report_plan(kernel.access(), plan, call->identity.principal,
                                         tokens_.make(digest, plan.draft.view(), plan.edits)),
                   .outcome = plan.outcome};
}

void add_value_mistakes(const schema::Schema& schema,
                        const std::vector<kernel::Operation>& operations,
                        std::vector<ErrorDetail>& mistakes) {
    if (mistakes.empty())
        return;
    // The system may set every field, so this finds what is wrong with values alone.
    kernel::Transaction transaction;
    std::copy_if(operations.begin(), operations.end(), std::back_inserter(transaction.operations),
                 [&](const kernel::Operation& one) { return !schema.type(one.type).abstract; });
    const auto checked = kernel::check_values(schema, transaction);
    if (!checked)
        mistakes.insert(mistakes.end(), checked.error().details().begin(),
                        checked.error().details().end());
}

Result<std::optional<Revision>> parse_if_match(const http::Headers& headers) {
    const auto header = headers.find("If-Match");
    if (!header)
        return std::optional<Revision>{};
    std::optional<Revision> newest;
    for (std::string_view text : split(*header, ',')) {
        text = trim(text);
        if (text == "*")
            return std::optional<Revision>{};
        if (text.starts_with("W/"))
            text.remove_prefix(2);
        if (text.size() > 2 && text.front() == '"' && text.back() == '"')
            text = text.substr(1, text.size() - 2);
        const auto number = parse_int(text);
        if (!number || *number < 0)
            return Error{ErrorCode::Malformed, "If-Match wants a revision, such as \"17\""};
        const Revision revision{static_cast<std::uint64_t>(*number)};
        newest = newest ? std::max(*newest, revision) : revision;
    }
    return newest;
}

}  // namespace xos::api
