#include "base/metrics.h"

#include <doctest/doctest.h>

#include <string_view>
#include <thread>

namespace xos {
namespace {

bool contains(const std::string& text, std::string_view line) {
    return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST_CASE("counters, gauges and histograms show up in the text form") {
    Metrics metrics;
    metrics.counter({"xos_commits_total", "Commits.", {{"outcome", "done"}}}).add(3);
    metrics.gauge({"xos_queue_depth", "Waiting."}).set(7);
    const Histogram times = metrics.histogram({"xos_commit_seconds", "Time."}, Metrics::seconds());
    times.observe(0.002);
    times.observe(500);
    const std::string text = metrics.format();
    CHECK(contains(text, "# HELP xos_commits_total Commits."));
    CHECK(contains(text, "# TYPE xos_commits_total counter"));
    CHECK(contains(text, "xos_commits_total{outcome=\"done\"} 3"));
    CHECK(contains(text, "xos_queue_depth 7"));
    CHECK(contains(text, "xos_commit_seconds_bucket{le=\"0.001\"} 0"));
    CHECK(contains(text, "xos_commit_seconds_bucket{le=\"0.003\"} 1"));
    CHECK(contains(text, "xos_commit_seconds_bucket{le=\"+Inf\"} 2"));
    CHECK(contains(text, "xos_commit_seconds_count 2"));
}

TEST_CASE("the same name and labels are the same number, other labels another") {
    Metrics metrics;
    metrics.counter({"a_total", "A.", {{"kind", "x"}}}).add();
    metrics.counter({"a_total", "A.", {{"kind", "x"}}}).add();
    metrics.counter({"a_total", "A.", {{"kind", "y"}}}).add();
    CHECK(metrics.counter({"a_total", "A.", {{"kind", "x"}}}).value() == 2);
    CHECK(metrics.counter({"a_total", "A.", {{"kind", "y"}}}).value() == 1);
    const Gauge gauge = metrics.gauge({"b", "B."});
    gauge.add(5);
    gauge.add(-2);
    CHECK(metrics.gauge({"b", "B."}).value() == 3);
}

TEST_CASE("label values are escaped") {
    Metrics metrics;
    metrics.gauge({"a", "A.", {{"kind", "x\"\\\ny"}}}).set(1);
    CHECK(contains(metrics.format(), "a{kind=\"x\\\"\\\\\\ny\"} 1"));
}

TEST_CASE("threads add without losing any") {
    Metrics metrics;
    const Counter counter = metrics.counter({"a_total", "A."});
    const auto work = [&] {
        for (int i = 0; i < 1000; ++i)
            counter.add();
    };
    std::thread first(work);
    std::thread second(work);
    first.join();
    second.join();
    CHECK(counter.value() == 2000);
}

}  // namespace
}  // namespace xos
