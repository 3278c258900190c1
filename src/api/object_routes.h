#pragma once

#include "api/content.h"
#include "api/history.h"
#include "api/past.h"
#include "api/resources_read.h"
#include "api/resources_write.h"
#include "api/router.h"
#include "api/transactions.h"
#include "api/why.h"

#include <memory>

namespace xos::api {

/// The routes of objects: each type's list, each object and what hangs on it, and transactions.
class ObjectRoutes {
public:
    ObjectRoutes(const Parts& parts, Services& services, TextCache& texts);

    /// Precondition: this outlives the router.
    void add_to(Router& router);
    const Writes& writes() const { return writes_; }
    void announce(const kernel::Announcement& announcement) {
        content_->announce(announcement);
        waits_->look();
    }

private:
    Idempotency idempotency_;
    const Writes writes_;
    const std::shared_ptr<ReadyWaits> waits_;
    const ResourcesRead read_;
    const Past past_;
    const ResourcesWrite write_;
    const Transactions transactions_;
    const History history_;
    const Why why_;
    const std::shared_ptr<Content> content_;
};

}  // namespace xos::api
