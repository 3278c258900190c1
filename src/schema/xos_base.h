#pragma once

#include "schema/expression.h"

#include <string_view>

namespace xos::schema {

/// The fields of XOSBase, which every type has, at their positions in every type.
namespace base_field {
enum : FieldIndex {
    kCreated,
    kUpdated,
    kEnacted,
    kPoliced,
    kRevision,
    kGoalRevision,
    kSyncedRevision,
    kBackendOwner,
    kBackendCode,
    kBackendStatus,
    kBackendWaitingFor,
    kBackendSince,
    kBackendHandle,
    kBackendInputs,
    kDeleted,
    kWriteProtect,
    kNoSync,
    kNoPolicy,
    kMetadata,
    kLazyBlocked,
    kXosManaged,
    kCount,
};
}

/// The xproto source of XOSBase. Part of every schema.
std::string_view xos_base_source();

}  // namespace xos::schema
