#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/router.h"

namespace xos::api {

/// Plans, applies and destroys TOSCA recipes, each as one transaction.
class Recipes {
public:
    explicit Recipes(const Parts& parts) : parts_(parts) {}

    /// Precondition: this outlives the router.
    void add_to(Router& router);

private:
    enum class Verb : std::uint8_t { Plan, Apply, Destroy };
    void start(const CallPointer& call, Verb verb) const;
    void run(const CallPointer& call, Verb verb) const;

    const Parts& parts_;
};

}  // namespace xos::api
