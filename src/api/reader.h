#pragma once

#include "access/access.h"
#include "api/text_cache.h"
#include "model/condition.h"
#include "model/snapshot.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace xos {
class JsonWriter;
}

namespace xos::api {

/// Which parts of an object are shown.
struct Projection {
    /// Another object in place of the id that a link has.
    struct Expansion;

    std::vector<model::FieldIndex> fields;  ///< Empty: all.
    std::vector<std::uint16_t> relations;   ///< Reverse links whose ids are shown as well.
    std::vector<Expansion> expansions;

    bool is_whole() const { return fields.empty() && relations.empty() && expansions.empty(); }
};

struct Projection::Expansion {
    model::FieldIndex link;
    Projection projection;
};

/// One principal looking at one version of the model. What may not be seen is as if it were not
/// there. Cheap to make; borrows `access` and `texts`; may be used from several threads.
class Reader {
public:
    /// With `texts`, objects that were written before are not written anew.
    Reader(const access::Access& access, model::SnapshotPointer snapshot,
           access::Principal principal, TextCache* texts = nullptr);

    const model::SnapshotPointer& snapshot() const { return snapshot_; }
    model::View view() const { return snapshot_->view(); }
    const schema::Schema& schema() const { return snapshot_->schema(); }
    const access::Principal& principal() const { return principal_; }
    const access::Access& access() const { return access_; }
    bool sees_all() const { return sees_all_; }

    bool sees(const model::Row& row) const;
    bool sees(const model::Row& row, model::FieldIndex field) const;
    /// The object if it is one of `type` and may be seen.
    const model::Row* find(const schema::Type& type, ObjectId id) const;
    /// Rights on a row are judged on the one that `judged` gives for it; where that is nullptr,
    /// only who sees all sees the row. For rows of the past, which are today's to judge.
    void judge_by(std::function<const model::Row*(const model::Row&)> judged) {
        judged_ = std::move(judged);
    }
    /// What a query needs to know; borrows the reader.
    model::Sight sight() const;

    /// The natural key in words: "mysite_app/web"; the id where it cannot be seen.
    std::string name_of(const model::Row& row) const { return name_of(row, 4); }

    /// Appends the object as JSON.
    void write(std::string& out, const model::Row& row, const Projection& projection = {}) const;

private:
    std::string name_of(const model::Row& row, int depth) const;
    void write_whole(std::string& out, const model::Row& row) const;
    void write_text(std::string& out, const model::Row& row) const;
    void write_field(JsonWriter& writer, const model::Row& row, model::FieldIndex field) const;
    void write_more(std::string& out, const model::Row& row, const Projection& projection) const;

    const access::Access& access_;
    const model::SnapshotPointer snapshot_;
    const access::Principal principal_;
    TextCache* const texts_;
    const bool sees_all_;
    std::function<const model::Row*(const model::Row&)> judged_;
};

}  // namespace xos::api
