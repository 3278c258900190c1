#pragma once

#include "base/guarded.h"
#include "model/row.h"

#include <array>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace xos::api {

/// Objects as text, as those see them who see everything, so that what is read often is written
/// once. An object's id and revision say all about its text. Holds a bounded amount and lets go of
/// what was not asked for lately. Thread-safe.
class TextCache {
public:
    using Text = std::shared_ptr<const std::string>;

    explicit TextCache(std::size_t memory) : memory_of_shard_(memory / kShards) {}

    /// The text of the row, or nullptr.
    Text find(const model::Row& row);
    /// Keeps `text`, perhaps: where it is full, most of what it does not know is turned away, so
    /// that who reads everything once does not push out what is read often.
    void add(const model::Row& row, std::string_view text);

private:
    static constexpr std::size_t kShards = 32;
    struct Entry {
        ObjectId id;
        Revision revision;
        Text text;
        bool is_wanted = false;  ///< It was asked for since it was last looked at.
    };
    using Entries = std::list<Entry>;
    struct Shard {
        Entries entries;  ///< The next to be looked at last.
        std::unordered_map<ObjectId, Entries::iterator> by_id;
        std::size_t size = 0;
        std::size_t turned_away = 0;
    };

    Guarded<Shard>& shard_of(ObjectId id) { return shards_[id.value % kShards]; }
    bool may_enter(Shard& shard, std::size_t size) const;
    void make_room(Shard& shard, Entries& dropped) const;

    const std::size_t memory_of_shard_;
    std::array<Guarded<Shard>, kShards> shards_;
};

}  // namespace xos::api
