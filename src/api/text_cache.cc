#include "api/text_cache.h"

#include <utility>

namespace xos::api {

namespace {

/// What an entry costs beside its text.
constexpr std::size_t kOverhead = 200;

}  // namespace

TextCache::Text TextCache::find(const model::Row& row) {
    return shard_of(row.id()).with([&](Shard& shard) -> Text {
        const auto at = shard.by_id.find(row.id());
        if (at == shard.by_id.end() || at->second->revision != row.revision())
            return nullptr;
        shard.recent.splice(shard.recent.begin(), shard.recent, at->second);
        return at->second->text;
    });
}

void TextCache::add(const model::Row& row, Text text) {
    std::list<Entry> dropped;  // Freed without the lock.
    shard_of(row.id()).with([&](Shard& shard) {
        const auto drop = [&](std::list<Entry>::iterator entry) {
            shard.size -= entry->text->size() + kOverhead;
            shard.by_id.erase(entry->id);
            dropped.splice(dropped.begin(), shard.recent, entry);
        };
        if (const auto at = shard.by_id.find(row.id()); at != shard.by_id.end()) {
            // Readers of an older version do not push out the newer one.
            if (at->second->revision > row.revision())
                return;
            drop(at->second);
        }
        shard.size += text->size() + kOverhead;
        shard.recent.push_front({row.id(), row.revision(), std::move(text)});
        shard.by_id.emplace(row.id(), shard.recent.begin());
        while (shard.size > memory_of_shard_ && shard.recent.size() > 1)
            drop(std::prev(shard.recent.end()));
    });
}

}  // namespace xos::api
