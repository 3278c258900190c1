#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "base/object_id.h"
#include "base/result.h"

namespace xos::kernel {
class Kernel;
}

namespace xos::api {

/// The revision that parameter `at` of a request asks for: one that was, or the last before a time.
/// Nothing when it has none. Malformed when it is neither, or is yet to come; Gone when it is older
/// than what is kept.
Result<std::optional<Revision>> parse_at(const Call& call, const kernel::Kernel& kernel);

/// Objects and lists as they were (`at=`).
///
/// A past object is seen by who may read it now, and when it is gone by who could read it last; its
/// fields are seen by today's rules. Its declarative fields are those of that revision; where its
/// feedback of then is no longer kept, what is kept of before is shown, and the answer says so:
/// `XOS-Exact: false`, `"exact": false`.
class Past {
public:
    explicit Past(const Parts& parts) : parts_(parts) {}

    void get(const CallPointer& call) const;
    void list(const CallPointer& call) const;

private:
    const Parts& parts_;
};

}  // namespace xos::api
