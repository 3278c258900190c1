#pragma once

#include "base/clock.h"
#include "base/guarded.h"
#include "base/result.h"

#include <cstddef>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace xos::http {

/// One thread with its event loop, and the connections that live on it.
///
/// A connection is touched by its own thread only; others `post`. Deadlines of all connections
/// share one timer, which is set to the earliest only when it fires or an earlier one comes, so
/// that serving a request sets no timer; without deadlines nothing ticks.
///
/// Connections hold their IoThread, so a late answer from elsewhere finds it even after the server
/// is gone; `finish` has then ended the thread and `post` drops what it is given.
class IoThread {
public:
    static constexpr TimePoint kNever = TimePoint::max();

    /// What lives on this thread: a connection.
    class Member {
    public:
        virtual ~Member() = default;
        /// Its deadline has passed; it is kNever again.
        virtual void on_deadline() = 0;
        /// Finish what was begun, begin nothing, then close.
        virtual void drain() = 0;
        virtual void close() = 0;

    private:
        friend class IoThread;
        TimePoint deadline_ = kNever;
        std::size_t position_ = 0;
    };

    /// Unavailable when the system gives no thread or event loop.
    static Result<std::shared_ptr<IoThread>> start(std::string name);

    IoThread();
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    /// Runs `task` on the thread soon. False, and `task` is dropped, when it has ended.
    bool post(std::function<void()> task);
    bool is_current() const { return std::this_thread::get_id() == id_; }

    /// Runs everything that is left and ends the thread. Precondition: nothing on it waits for the
    /// network any more; not called on the thread itself.
    void finish();

    // For the thread itself.
    void add(std::shared_ptr<Member> member);
    void remove(Member& member);
    void set_deadline(Member& member, TimePoint deadline);
    void drain_all();
    void close_all();
    TimePoint now() const;
    /// The present time as the Date header has it.
    std::string_view date();

    boost::asio::io_context& context();

private:
    class Loop;
    struct Mailbox {
        std::vector<std::function<void()>> tasks;
        bool ended = false;
    };

    void run();
    void run_mailbox();
    void arm(TimePoint at);
    void disarm();
    void wait_for_timer();
    void on_timer();

    std::unique_ptr<Loop> loop_;
    std::thread thread_;
    std::thread::id id_;
    std::vector<std::shared_ptr<Member>> members_;
    TimePoint armed_ = kNever;
    std::time_t date_second_ = 0;
    std::string date_;
    Guarded<Mailbox> mailbox_;
};

}  // namespace xos::http
