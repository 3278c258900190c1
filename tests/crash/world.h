#pragma once

#include "client/api.h"
#include "writer.h"
#include "xosd_process.h"

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace xos::crash {

/// A folder for data that the user `xos` can reach, and the file for all that xosd prints. Removed
/// at the end.
class Place {
public:
    Place();
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    std::string data() const { return path_ + "/data"; }
    std::string log() const { return path_ + "/log"; }
    const std::string& path() const { return path_; }

    /// An xosd on this data, started and not waited for.
    std::unique_ptr<XosdProcess> start();
    std::unique_ptr<XosdProcess> start(XosdProcess::Options options);

private:
    std::string path_;
};

/// Whether xosd can be started by this process as in production: by root, with its users there.
bool is_production_like();
/// Who runs xosd otherwise: nobody when this is root, else this user.
std::optional<uid_t> plain_user();

/// A model that lives through ends of its xosd, with those who write to it and know what must be
/// there.
class World {
public:
    explicit World(std::uint64_t seed);

    /// Starts xosd and waits until it answers.
    void start();
    /// Sets the writers to work, until `stop_writers` or the end of xosd.
    void start_writers();
    void stop_writers();
    /// Compares all that is there with all that must be. Precondition: nobody writes.
    void check();

    XosdProcess& xosd() { return *xosd_; }
    client::Api& api() { return *api_; }
    const std::string& url() const { return url_; }
    Place& place() { return place_; }
    std::size_t acknowledged() const;
    std::size_t uncertain() const;

private:
    Found find_all();
    void check_ids(const Found& found);
    void check_rules(const Found& found);
    void check_owned(const Found& found);
    void check_history(const Unit& unit);

    Place place_;
    std::unique_ptr<XosdProcess> xosd_;
    std::string url_;
    std::string token_;
    std::unique_ptr<client::Api> api_;
    std::vector<std::unique_ptr<Writer>> writers_;
    std::vector<std::thread> threads_;
    std::atomic<bool> stop_{false};
    std::mt19937_64 random_;
    std::map<std::uint64_t, std::string> identities_;  // What each id ever was.
    Revision revision_;
};

/// The seed of this run: XOS_TEST_SEED, or one of the clock's. Printed once.
std::uint64_t seed();
/// Whether XOS_TEST_FULL asks for the long run.
bool is_full_run();

}  // namespace xos::crash
