#include "api/text_cache.h"

#include <utility>

namespace xos::api {

namespace {

/// What an entry costs beside its text.
constexpr std::size_t kOverhead = 200;
/// Of so many unknown texts one gets in where it is full.
constexpr std::size_t kTurnedAway = 8;

}  // namespace

TextCache::Text TextCache::find(const model::Row& row) {
    return shard_of(row.id()).with([&](Shard& shard) -> Text {
        const auto at = shard.by_id.find(row.id());
        if (at == shard.by_id.end() || at->second->revision != row.revision())
            return nullptr;
        at->second->is_wanted = true;
        return at->second->text;
    });
}

bool TextCache::may_enter(Shard& shard, std::size_t size) const {
    return shard.size + size <= memory_of_shard_ || ++shard.turned_away % kTurnedAway == 0;
}

/// Drops from the end, where what was asked for meanwhile goes back to the front once.
void TextCache::make_room(Shard& shard, Entries& dropped) const {
    while (shard.size > memory_of_shard_ && shard.entries.size() > 1) {
        const auto last = std::prev(shard.entries.end());
        if (std::exchange(last->is_wanted, false)) {
            shard.entries.splice(shard.entries.begin(), shard.entries, last);
            continue;
        }
        shard.size -= last->text->size() + kOverhead;
        shard.by_id.erase(last->id);
        dropped.splice(dropped.begin(), shard.entries, last);
    }
}

void TextCache::add(const model::Row& row, std::string_view text) {
    const std::size_t size = text.size() + kOverhead;
    Entries dropped;  // Freed without the lock.
    shard_of(row.id()).with([&](Shard& shard) {
        const auto at = shard.by_id.find(row.id());
        if (at == shard.by_id.end()) {
            if (!may_enter(shard, size))
                return;
            shard.entries.push_front({row.id(), row.revision(), {}});
            shard.by_id.emplace(row.id(), shard.entries.begin());
        } else if (at->second->revision >= row.revision()) {
            return;  // Readers of an older version do not push out the newer one.
        } else {
            shard.size -= at->second->text->size() + kOverhead;
            shard.entries.splice(shard.entries.begin(), shard.entries, at->second);
        }
        Entry& entry = shard.entries.front();
        entry.revision = row.revision();
        entry.text = std::make_shared<const std::string>(text);
        shard.size += size;
        make_room(shard, dropped);
    });
}

}  // namespace xos::api
