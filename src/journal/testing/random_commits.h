#pragma once

#include "journal/engine.h"

#include <random>
#include <set>
#include <string>
#include <vector>

namespace xos::journal {

/// Makes commits that make, change and purge a few objects, with and without history, and put side
/// records. The same seed makes the same commits; a copy goes on alike.
class RandomCommits {
public:
    explicit RandomCommits(std::uint64_t seed) : random_(seed) {}

    /// The next commits, from one to `most`.
    std::vector<Commit> next_batch(std::size_t most);
    Commit next();

private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    Change change();

    std::mt19937_64 random_;
    Revision revision_;
    ObjectId last_id_;
    std::set<ObjectId> live_;
    std::set<ObjectId> changed_;  // In the commit that is being made.
};

/// All that can be read of a journal, as text to compare.
std::string contents(Engine& engine);

}  // namespace xos::journal
