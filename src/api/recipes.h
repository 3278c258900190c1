#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/router.h"
#include "api/writes.h"

namespace xos::api {

/// Plans, applies and destroys TOSCA recipes, each as one transaction.
class Recipes {
public:
    Recipes(const Parts& parts, const Writes& writes) : parts_(parts), writes_(writes) {}

    /// Precondition: this outlives the router.
    void add_to(Router& router);

private:
    enum class Verb : std::uint8_t { Plan, Apply, Destroy };
    void start(const CallPointer& call, Verb verb) const;
    void run(const CallPointer& call, Verb verb) const;

    const Parts& parts_;
    const Writes& writes_;
};

}  // namespace xos::api
