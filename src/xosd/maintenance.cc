#include "xosd/maintenance.h"

#include "base/file.h"
#include "journal/directory_lock.h"
#include "journal/sqlite_engine.h"
#include "xosd/data_directory.h"

#include <unistd.h>

namespace xos::xosd {

namespace {

/// More ids than can have been given between a backup and its return. MAC addresses come from the
/// low 40 bits of ids: there is room for a thousand restores.
constexpr std::uint64_t kIdsLeftOut = std::uint64_t{1} << 30;

Result<std::string> rotate_key(const std::string& data, Random& random) {
    const auto lock = TRY(journal::DirectoryLock::create(data));
    Keyring keyring = TRY(read_keyring(data));
    keyring.add(random);
    TRY(write_keyring(data, keyring));
    return "key " + keyring.newest_id() + " was added to " + keyring_file(data) +
           ": the next start of xosd seals all secrets with it. Older keys stay, for backups";
}

Result<std::string> restore(const std::string& data, Random& random) {
    if (::access((data + "/journal.db").c_str(), F_OK) != 0)
        return Error{ErrorCode::NotFound,
                     "there is no " + data + "/journal.db: put the backup there first"};
    const auto journal = TRY(journal::SqliteEngine::open({.directory = data}, random));
    const ObjectId highest{journal->highest_id().value + kIdsLeftOut};
    // The file comes first: a crash in between makes services wait for nothing, which is harmless.
    TRY(write_file(restored_file(data), journal->lineage() + "\n", FileMode::Private));
    TRY(journal->begin_lineage(random.hex(16), highest));
    return "the journal at revision " + std::to_string(journal->head().value) + " is lineage " +
           journal->lineage() +
           " from now on. Services wait: look at the model, "
           "then remove " +
           restored_file(data) + " and start xosd anew";
}

}  // namespace

Result<std::string> maintain(const Options& options, Random& random) {
    return options.task == Options::Task::RotateKey ? rotate_key(options.data, random)
                                                    : restore(options.data, random);
}

}  // namespace xos::xosd
