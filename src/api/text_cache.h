#pragma once

#include "base/guarded.h"
#include "model/row.h"

#include <array>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace xos::api {

/// Objects as text, as those see them who see everything, so that what is read often is written
/// once. An object's id and revision say all about its text. Holds a bounded amount and lets go of
/// what was not asked for the longest. Thread-safe.
class TextCache {
public:
    using Text = std::shared_ptr<const std::string>;

    explicit TextCache(std::size_t memory) : memory_of_shard_(memory / kShards) {}

    /// The text of the row, or nullptr.
    Text find(const model::Row& row);
    void add(const model::Row& row, Text text);

private:
    static constexpr std::size_t kShards = 8;
    struct Entry {
        ObjectId id;
        Revision revision;
        Text text;
    };
    struct Shard {
        std::list<Entry> recent;  // The latest first.
        std::unordered_map<ObjectId, std::list<Entry>::iterator> by_id;
        std::size_t size = 0;
    };

    Guarded<Shard>& shard_of(ObjectId id) { return shards_[id.value % kShards]; }

    const std::size_t memory_of_shard_;
    std::array<Guarded<Shard>, kShards> shards_;
};

}  // namespace xos::api
