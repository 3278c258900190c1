#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/plan_token.h"
#include "base/result.h"
#include "kernel/transaction.h"

#include <array>
#include <functional>
#include <memory>

namespace xos::api {

/// The query parameters of every write.
inline constexpr std::array<std::string_view, 2> kPlanParameters{"plan", "if_plan"};

/// Hands transactions of calls to the kernel, or only plans them (`?plan=1`); with `?if_plan=` they
/// fail unless they do what was planned.
class Writes {
public:
    using Then = std::function<void(Result<kernel::Committed>)>;

    explicit Writes(const Parts& parts);

    /// Commits `operations` as the caller of `call`; `then` runs on any thread and must not block.
    /// With `?plan=1` answers the call with the plan instead, and `then` is never called.
    void submit(const CallPointer& call, std::vector<kernel::Operation> operations,
                Then then) const;
    /// The same for a whole transaction, of which its principal, request, side and review are set.
    void submit(const CallPointer& call, kernel::Transaction transaction, Then then) const;

    struct Planned {
        std::string report;  ///< JSON, with the token.
        kernel::Outcome outcome;
    };
    /// What `operations` would do, to the eyes of the caller. Takes its time.
    Result<Planned> plan(const CallPointer& call, kernel::Transaction transaction) const;

private:
    const Parts& parts_;
    const PlanTokens tokens_;
};

/// Adds what is wrong with the values of `operations`, so that it is told together with `mistakes`
/// that were found in reading them. Does nothing when there are none: the kernel looks itself.
void add_value_mistakes(const schema::Schema& schema,
                        const std::vector<kernel::Operation>& operations,
                        std::vector<ErrorDetail>& mistakes);

/// The revision of an If-Match header: a number, with or without quotes; of several, the newest.
/// Nothing when the header is absent or "*"; Malformed otherwise.
Result<std::optional<Revision>> parse_if_match(const http::Headers& headers);

}  // namespace xos::api
