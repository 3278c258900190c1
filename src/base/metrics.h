#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace xos {

/// A number that only grows. A handle: copies are the same number. Thread-safe and lock-free, like
/// the two below; the Metrics that made it must outlive it.
class Counter {
public:
    explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
    void add(double by = 1) const;
    double value() const;

private:
    prometheus::Counter* counter_;
};

/// A number that goes up and down.
class Gauge {
public:
    explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
    void set(double value) const;
    void add(double by) const;
    double value() const;

private:
    prometheus::Gauge* gauge_;
};

/// How often values fell in each of some ranges.
class Histogram {
public:
    explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
    void observe(double value) const;

private:
    prometheus::Histogram* histogram_;
};

/// Which series is meant. Names are snake_case with the unit last ("xos_commit_seconds"), and
/// counters end in "_total".
struct Series {
    std::string name;
    /// One sentence for the person who reads the metrics. The first one given for a name counts.
    std::string help;
    std::map<std::string, std::string> labels = {};
};

/// All metrics of one process and their text form.
///
/// Asking twice for the same name and labels gives the same number. A name that is not allowed, or
/// is used for two kinds of metric, is a bug of the caller and ends the process. Labels take values
/// from closed sets (types, outcomes), never from users. Thread-safe; looking a series up takes a
/// lock, so keep the handle where it is used often.
class Metrics {
public:
    Metrics();
    ~Metrics();

    Counter counter(const Series& series);
    Gauge gauge(const Series& series);
    /// `bounds` are the upper ends of the ranges, growing; all handles of a name give the same.
    Histogram histogram(const Series& series, const std::vector<double>& bounds);

    /// Bounds for durations in seconds, from 0.1 ms to 100 s in steps of about three.
    static std::vector<double> seconds();

    /// Everything in the Prometheus text format, version 0.0.4.
    std::string format() const;

private:
    struct State;

    const std::unique_ptr<State> state_;
};

}  // namespace xos
