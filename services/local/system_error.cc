#include "services/local/system_error.h"

#include <cerrno>
#include <system_error>

namespace xos::local {

namespace {

ErrorCode code_of(int number) {
    switch (number) {
        case EPERM:
        case EACCES: return ErrorCode::PermissionDenied;
        case ENOENT:
        case ENODEV:
        case ESRCH: return ErrorCode::NotFound;
        case EEXIST: return ErrorCode::Conflict;
        case EINVAL:
        case ENAMETOOLONG:
        case EOPNOTSUPP: return ErrorCode::Invalid;
        default: return ErrorCode::Unavailable;  // Full, busy, interrupted: it may work later.
    }
}

}  // namespace

Error system_error(int number, std::string what) {
    return Error(code_of(number), std::generic_category().message(number)).in(what);
}

Error system_error(std::string what) {
    return system_error(errno, std::move(what));
}

}  // namespace xos::local
