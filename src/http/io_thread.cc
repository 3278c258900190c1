#include "http/io_thread.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <pthread.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <ratio>
#include <utility>

namespace xos::http {
namespace {

namespace asio = boost::asio;

/// Many deadlines that lie close together are looked at in one go.
constexpr Duration kGrain{20};

}  // namespace

class IoThread::Loop {
public:
    using Executor = asio::io_context::executor_type;
    // A timer of our own: Asio wakes up every five minutes once a timer of its was used.
    using Timer = asio::posix::basic_stream_descriptor<Executor>;

    Loop() : timer(context, ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {}

    /// Has the timer fire at `at`, or not at all.
    void set_timer(std::optional<TimePoint> at) {
        itimerspec spec{};
        if (at) {
            using std::chrono::nanoseconds;
            const auto since = std::chrono::duration_cast<nanoseconds>(at->time_since_epoch());
            const auto count = std::max<std::int64_t>(since.count(), 1);
            spec.it_value.tv_sec = count / std::nano::den;
            spec.it_value.tv_nsec = count % std::nano::den;
        }
        ::timerfd_settime(timer.native_handle(), TFD_TIMER_ABSTIME, &spec, nullptr);
    }

    asio::io_context context{1};
    Timer timer;
    std::optional<asio::executor_work_guard<Executor>> work{asio::make_work_guard(context)};
};

IoThread::IoThread() : loop_(std::make_unique<Loop>()) {}

IoThread::~IoThread() {
    finish();
}

Result<std::shared_ptr<IoThread>> IoThread::start(std::string name) {
    try {
        auto made = std::make_shared<IoThread>();
        made->wait_for_timer();
        made->thread_ = std::thread([raw = made.get()] { raw->run(); });
        made->id_ = made->thread_.get_id();
        pthread_setname_np(made->thread_.native_handle(), name.substr(0, 15).c_str());
        return made;
    } catch (const std::exception& error) {
        return Error{ErrorCode::Unavailable, "start thread " + name + ": " + error.what()};
    }
}

void IoThread::run() {
    while (true) {
        try {
            loop_->context.run();
            return;
        } catch (...) {
            // Only a callback of a stream or a body can throw here; the connection it belongs to
            // times out, the others go on.
            continue;
        }
    }
}

bool IoThread::post(std::function<void()> task) {
    bool first = false;
    const bool taken = mailbox_.with([&](Mailbox& mailbox) {
        if (mailbox.ended)
            return false;
        first = mailbox.tasks.empty();
        mailbox.tasks.push_back(std::move(task));
        // Inside the lock, so that `finish` cannot end the loop in between.
        if (first)
            asio::post(loop_->context, [this] { run_mailbox(); });
        return true;
    });
    return taken;
}

void IoThread::run_mailbox() {
    auto tasks = mailbox_.with([](Mailbox& mailbox) { return std::exchange(mailbox.tasks, {}); });
    for (auto& task : tasks) {
        try {
            std::exchange(task, nullptr)();
        } catch (...) {
            // As in `run`; the other tasks are due all the same.
            continue;
        }
    }
}

void IoThread::finish() {
    if (!thread_.joinable())
        return;
    post([this] {
        loop_->timer.cancel();
        loop_->work.reset();
    });
    thread_.join();
    const auto dropped = mailbox_.with([](Mailbox& mailbox) {
        mailbox.ended = true;
        return std::exchange(mailbox.tasks, {});
    });
}

void IoThread::add(std::shared_ptr<Member> member) {
    member->position_ = members_.size();
    members_.push_back(std::move(member));
}

void IoThread::remove(Member& member) {
    const std::size_t position = member.position_;
    if (position >= members_.size() || members_[position].get() != &member)
        return;
    std::swap(members_[position], members_.back());
    members_[position]->position_ = position;
    const auto kept = std::move(members_.back());
    members_.pop_back();
    // Without members the thread sleeps for good.
    if (members_.empty() && armed_ != kNever)
        disarm();
}

void IoThread::set_deadline(Member& member, TimePoint deadline) {
    member.deadline_ = deadline;
    if (deadline < armed_)
        arm(deadline);
}

void IoThread::arm(TimePoint at) {
    armed_ = at;
    loop_->set_timer(at);
}

void IoThread::disarm() {
    armed_ = kNever;
    loop_->set_timer(std::nullopt);
}

void IoThread::wait_for_timer() {
    loop_->timer.async_wait(
        Loop::Timer::wait_read, [this](const boost::system::error_code& failure) {
            if (failure)
                return;
            std::uint64_t fired = 0;
            const auto size = ::read(loop_->timer.native_handle(), &fired, sizeof fired);
            wait_for_timer();
            if (size == sizeof fired)
                on_timer();
        });
}

void IoThread::on_timer() {
    const TimePoint present = now();
    armed_ = kNever;
    // From the back: a member that leaves is replaced by one that has been looked at.
    for (std::size_t at = members_.size(); at-- > 0;) {
        if (at >= members_.size())
            continue;
        const auto member = members_[at];
        if (member->deadline_ > present)
            continue;
        member->deadline_ = kNever;
        member->on_deadline();
    }
    TimePoint earliest = kNever;
    for (const auto& member : members_)
        earliest = std::min(earliest, member->deadline_);
    if (earliest < armed_)
        arm(std::max(earliest, present + kGrain));
}

void IoThread::drain_all() {
    const auto members = members_;
    for (const auto& member : members)
        member->drain();
}

void IoThread::close_all() {
    const auto members = members_;
    for (const auto& member : members)
        member->close();
}

TimePoint IoThread::now() const {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

std::string_view IoThread::date() {
    const std::time_t second = std::time(nullptr);
    if (second == date_second_)
        return date_;
    date_second_ = second;
    std::tm parts{};
    gmtime_r(&second, &parts);
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    // strftime would follow the locale; the header does not.
    const int length = std::snprintf(
        text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday,
        kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    date_.assign(text, static_cast<std::size_t>(length));
    return date_;
}

boost::asio::io_context& IoThread::context() {
    return loop_->context;
}

}  // namespace xos::http
