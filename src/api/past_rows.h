#pragma once

#include "api/reader.h"
#include "journal/version.h"
#include "kernel/documents.h"
#include "model/query.h"
#include "model/store.h"

#include <optional>
#include <unordered_map>

namespace xos::kernel {
class Kernel;
}

namespace xos::api {

/// Objects as they were at one revision, read from the journal into a model of their own.
///
/// While it lives, its reader judges them as what became of them: as they are, or as they last
/// were. Not thread-safe; the kernel and the reader must outlive it.
class PastRows {
public:
    PastRows(const kernel::Kernel& kernel, Reader& reader, Revision at);
    ~PastRows();
    PastRows(const PastRows&) = delete;
    PastRows& operator=(const PastRows&) = delete;

    /// The object if it was there and is one of `type`; nullptr if not. Gone when what it was is
    /// not kept.
    Result<const model::Row*> find(const schema::Type& type, ObjectId id);
    /// Takes in what `model::find` with this query on `view` needs. The query's conditions must be
    /// on own fields.
    Result<void> find_all(const model::Query& query);

    /// An object that is gone as it was before its end; nullptr when that is not known.
    const model::Row* last(ObjectId id);

    model::View view() const { return rows_.view(); }
    Revision at() const { return at_; }
    /// Whether all that was taken in is just as it was, feedback included.
    bool exact() const { return exact_; }

private:
    Result<const model::Row*> add(const journal::Version& version);
    Result<bool> fits(const model::Query& query, const journal::Version& version);
    Result<const model::Row*> read_last(ObjectId id);

    const kernel::Kernel& kernel_;
    Reader& reader_;
    const Revision at_;
    kernel::Documents documents_;
    model::Store store_;
    model::Draft rows_;
    model::Draft last_rows_;
    std::unordered_map<ObjectId, const model::Row*> last_;  // nullptr: nothing is known of it.
    bool exact_ = true;
};

}  // namespace xos::api
