#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace xos::journal {

/// A file layer for SQLite over that of the system, in which calls fail and the power goes.
///
/// What is written is in the files at once, as if in the cache of the operating system, and is
/// sure to be there after `lose_power` only once it was synced. Locks and shared memory are the
/// system's. Threads: use it from one thread. It must outlive all connections that use it.
class FragileFiles {
public:
    enum class Fault {
        DiskFull,    ///< A write does half of its work and reports a full disk.
        InputError,  ///< A read, write, sync, truncation or removal reports an error.
        SyncError,   ///< A sync reports an error.
    };
    enum class Extent { Once, FromThenOn };

    /// Registered under a name of its own.
    explicit FragileFiles(std::uint64_t seed);
    ~FragileFiles();
    FragileFiles(const FragileFiles&) = delete;
    FragileFiles& operator=(const FragileFiles&) = delete;

    /// What to give to `SqliteEngine::Options::files`.
    const std::string& name() const;

    /// Calls that could have failed by each fault so far.
    int calls(Fault fault) const;
    /// Makes the call `after` calls from now fail, and all later ones with `FromThenOn`.
    void fail(Fault fault, int after, Extent extent);
    /// No call fails any more.
    void heal();

    /// Stops all writing, as when the machine stops. Close all connections then, and call
    /// `restart`.
    void lose_power();
    /// Puts into the files what a disk may hold after the power went: all that was synced, and of
    /// what was not, any of its sectors. Syncs that failed have synced nothing and forgotten it.
    void restart();

    struct State;  // Private in all but name: the C functions of the layer use it.

private:
    std::unique_ptr<State> state_;
};

}  // namespace xos::journal
