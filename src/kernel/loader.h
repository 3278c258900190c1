#pragma once

#include "kernel/documents.h"
#include "kernel/sealing.h"
#include "model/draft.h"

#include <vector>

namespace xos::kernel {

/// What the journal had when it was read.
struct Loaded {
    Revision revision;
    /// Objects with secrets that are stored as they came, or sealed with another key than the
    /// newest. In the draft their secrets are as they should be stored.
    std::vector<ObjectId> to_seal;
};

/// Reads all objects of the journal into an empty draft. Internal when what is there does not fit
/// the schema, Unavailable when the keyring does not open the secrets; both say what to do.
Result<Loaded> load(journal::Engine& journal, Documents documents, const Sealing& sealing,
                    model::Draft& draft);

}  // namespace xos::kernel
