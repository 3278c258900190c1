#pragma once

#include "base/error.h"
#include "journal/commit.h"

#include <span>

// What all engines check before they append.
namespace xos::journal {

/// Ends the process where `batch` breaks the precondition of `Engine::append`.
void check_batch(std::span<const Commit> batch, Revision expected_head);

/// The error of an append that came too late.
Error stale_head(Revision head, Revision expected);

}  // namespace xos::journal
