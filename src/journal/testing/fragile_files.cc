#include "journal/testing/fragile_files.h"

#include "base/check.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

namespace xos::journal {

namespace {

constexpr std::int64_t kSector = 512;

std::string read_all(const std::string& path) {
    std::string content;
    if (std::FILE* file = std::fopen(path.c_str(), "rb"); file != nullptr) {
        char part[65536];
        std::size_t size = 0;
        while ((size = std::fread(part, 1, sizeof part, file)) > 0)
            content.append(part, size);
        std::fclose(file);
    }
    return content;
}

void write_all(const std::string& path, const std::string& content) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    XOS_CHECK(file != nullptr, "cannot write a file of a test");
    XOS_CHECK(std::fwrite(content.data(), 1, content.size(), file) == content.size(),
              "cannot write a file of a test");
    std::fclose(file);
}

/// One file: what of it is sure to be on the disk, and what was written since.
struct Image {
    std::string durable;
    std::set<std::int64_t> dirty;  // Sectors.
    bool was_synced = false;

    void write(std::int64_t offset, std::int64_t size) {
        for (std::int64_t i = offset / kSector; i * kSector < offset + size; ++i)
            dirty.insert(i);
    }
    /// Takes over those sectors of `content` that `chosen` says, and its size likewise.
    template <class Chosen>
    void settle(const std::string& content, Chosen&& chosen) {
        if (content.size() < durable.size() && chosen())
            durable.resize(content.size());
        for (const std::int64_t sector : dirty) {
            const auto begin = static_cast<std::size_t>(sector * kSector);
            if (begin >= content.size() || !chosen())
                continue;
            const std::string bytes = content.substr(begin, kSector);
            durable.resize(std::max(durable.size(), begin + bytes.size()));
            durable.replace(begin, bytes.size(), bytes);
        }
        dirty.clear();
    }
};

/// Which calls of one kind fail.
struct Trap {
    int calls = 0;
    int first = -1;  // Number of the first call that fails; none if negative.
    bool lasting = false;

    bool springs() {
        const int call = calls++;
        return first >= 0 && (lasting ? call >= first : call == first);
    }
};

}  // namespace

struct FragileFiles::State {
    sqlite3_vfs layer{};
    sqlite3_vfs* system = nullptr;
    std::string name;
    std::mt19937_64 random;
    std::map<std::string, Image> images;
    std::map<FragileFiles::Fault, Trap> traps;
    bool has_power = true;

    bool coin() { return (random() & 1) != 0; }
    /// Decides sector by sector what reached the disk. Also all and nothing must happen now and
    /// then, which many coins would never say.
    auto luck() {
        return [this, all = coin(), mixed = coin()] { return mixed ? coin() : all; };
    }
    bool springs(FragileFiles::Fault fault) { return traps[fault].springs(); }
    bool fails() { return !has_power || springs(FragileFiles::Fault::InputError); }
};

namespace {

using Fault = FragileFiles::Fault;

/// An open file: the system's lies right behind it.
struct OpenFile {
    sqlite3_file base;
    FragileFiles::State* state;
    Image* image;  // nullptr for temporary files.
    const char* path;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

OpenFile& open_file(sqlite3_file* file) {
    return *reinterpret_cast<OpenFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
    return open_file(file).real();
}

FragileFiles::State& state_of(sqlite3_vfs* layer) {
    return *static_cast<FragileFiles::State*>(layer->pAppData);
}

int close_file(sqlite3_file* file) {
    return real(file)->pMethods->xClose(real(file));
}

int read_file(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
    FragileFiles::State& state = *open_file(file).state;
    if (state.springs(Fault::InputError))
        return SQLITE_IOERR_READ;
    return real(file)->pMethods->xRead(real(file), bytes, size, offset);
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    OpenFile& open = open_file(file);
    if (open.state->fails())
        return SQLITE_IOERR_WRITE;
    const bool full = open.state->springs(Fault::DiskFull);
    const int written = full ? size / 2 : size;
    if (written > 0) {
        const int code = real(file)->pMethods->xWrite(real(file), bytes, written, offset);
        if (code != SQLITE_OK)
            return code;
        if (open.image != nullptr)
            open.image->write(offset, written);
    }
    return full ? SQLITE_FULL : SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    if (open_file(file).state->fails())
        return SQLITE_IOERR_TRUNCATE;
    return real(file)->pMethods->xTruncate(real(file), size);
}

int sync_file(sqlite3_file* file, int) {
    OpenFile& open = open_file(file);
    if (!open.state->has_power)
        return SQLITE_IOERR_FSYNC;
    const bool error = open.state->springs(Fault::InputError);
    const bool fails = open.state->springs(Fault::SyncError) || error;
    if (open.image != nullptr) {
        FragileFiles::State& state = *open.state;
        const auto luck = state.luck();
        open.image->settle(read_all(open.path), [&] { return !fails || luck(); });
        open.image->was_synced |= !fails;
    }
    return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}

int lock(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}

int unlock(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}

int check_lock(sqlite3_file* file, int* result) {
    return real(file)->pMethods->xCheckReservedLock(real(file), result);
}

int control(sqlite3_file* file, int operation, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

int sector_size(sqlite3_file*) {
    return kSector;
}

int characteristics(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

int map_memory(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

int lock_memory(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

void barrier(sqlite3_file* file) {
    real(file)->pMethods->xShmBarrier(real(file));
}

int unmap_memory(sqlite3_file* file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

// Version 2: without memory-mapped files, whose writes nobody could count.
constexpr sqlite3_io_methods kMethods = {
    2,           close_file, read_file,    write_file, truncate_file, sync_file,       file_size,
    lock,        unlock,     check_lock,   control,    sector_size,   characteristics, map_memory,
    lock_memory, barrier,    unmap_memory, nullptr,    nullptr};

int open_file_of(sqlite3_vfs* layer, const char* path, sqlite3_file* file, int flags, int* out) {
    FragileFiles::State& state = state_of(layer);
    file->pMethods = nullptr;
    if (state.fails())
        return SQLITE_CANTOPEN;
    OpenFile& open = open_file(file);
    open.state = &state;
    open.path = path;
    open.image = nullptr;
    const int code = state.system->xOpen(state.system, path, open.real(), flags, out);
    if (code != SQLITE_OK)
        return code;
    file->pMethods = &kMethods;
    if (path == nullptr)
        return SQLITE_OK;
    const auto [image, is_new] = state.images.try_emplace(path);
    if (is_new) {
        image->second.durable = read_all(path);
        image->second.was_synced = !image->second.durable.empty();
    }
    open.image = &image->second;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* layer, const char* path, int) {
    FragileFiles::State& state = state_of(layer);
    if (state.fails())
        return SQLITE_IOERR_DELETE;
    state.images.erase(path);
    return state.system->xDelete(state.system, path, 0);
}

}  // namespace

FragileFiles::FragileFiles(std::uint64_t seed) : state_(std::make_unique<State>()) {
    State& state = *state_;
    state.random.seed(seed);
    state.system = sqlite3_vfs_find(nullptr);
    state.name = "fragile-" + std::to_string(reinterpret_cast<std::uintptr_t>(&state));
    state.layer = *state.system;
    state.layer.szOsFile = static_cast<int>(sizeof(OpenFile)) + state.system->szOsFile;
    state.layer.pNext = nullptr;
    state.layer.zName = state.name.c_str();
    state.layer.pAppData = &state;
    state.layer.xOpen = open_file_of;
    state.layer.xDelete = delete_file;
    // Those functions of the system's layer that are left know it by its data.
    state.layer.xAccess = [](sqlite3_vfs* layer, const char* path, int flags, int* result) {
        sqlite3_vfs* system = state_of(layer).system;
        return system->xAccess(system, path, flags, result);
    };
    state.layer.xFullPathname = [](sqlite3_vfs* layer, const char* path, int size, char* out) {
        sqlite3_vfs* system = state_of(layer).system;
        return system->xFullPathname(system, path, size, out);
    };
    XOS_CHECK(sqlite3_vfs_register(&state.layer, 0) == SQLITE_OK, "cannot register a file layer");
}

FragileFiles::~FragileFiles() {
    sqlite3_vfs_unregister(&state_->layer);
}

const std::string& FragileFiles::name() const {
    return state_->name;
}

int FragileFiles::calls(Fault fault) const {
    return state_->traps[fault].calls;
}

void FragileFiles::fail(Fault fault, int after, Extent extent) {
    Trap& trap = state_->traps[fault];
    trap.first = trap.calls + after;
    trap.lasting = extent == Extent::FromThenOn;
}

void FragileFiles::heal() {
    for (auto& [fault, trap] : state_->traps)
        trap.first = -1;
}

void FragileFiles::lose_power() {
    state_->has_power = false;
}

void FragileFiles::restart() {
    for (auto& [path, image] : state_->images) {
        image.settle(read_all(path), state_->luck());
        if (image.was_synced || state_->coin())
            write_all(path, image.durable);
        else
            unlink(path.c_str());
    }
    state_->images.clear();
    state_->has_power = true;
    heal();
}

}  // namespace xos::journal
