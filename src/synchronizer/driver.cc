#include "synchronizer/driver.h"

namespace xos::synchronizer {

Result<std::optional<Reality>> Driver::scan(const model::Snapshot&) {
    return std::optional<Reality>();
}

Result<void> Driver::remove_orphan(const Mark&) {
    return Error{ErrorCode::Invalid, "this driver removes no orphans"};
}

}  // namespace xos::synchronizer
