#include "base/metrics.h"

#include "base/check.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace xos {
namespace {

/// Calls `make`; what the library throws there says that the caller named a series wrongly.
template <class Make>
auto& checked(Make&& make) {
    try {
        return make();
    } catch (const std::exception& error) {
        check_failed(error.what(), __FILE__, __LINE__);
    }
}

}  // namespace

struct Metrics::State {
    prometheus::Registry registry;
};

void Counter::add(double by) const {
    counter_->Increment(by);
}

double Counter::value() const {
    return counter_->Value();
}

void Gauge::set(double value) const {
    gauge_->Set(value);
}

void Gauge::add(double by) const {
    gauge_->Increment(by);
}

double Gauge::value() const {
    return gauge_->Value();
}

void Histogram::observe(double value) const {
    histogram_->Observe(value);
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}

Metrics::~Metrics() = default;

Counter Metrics::counter(const Series& series) {
    return Counter(checked([&]() -> auto& {
        return prometheus::BuildCounter()
            .Name(series.name)
            .Help(series.help)
            .Register(state_->registry)
            .Add({series.labels.begin(), series.labels.end()});
    }));
}

Gauge Metrics::gauge(const Series& series) {
    return Gauge(checked([&]() -> auto& {
        return prometheus::BuildGauge()
            .Name(series.name)
            .Help(series.help)
            .Register(state_->registry)
            .Add({series.labels.begin(), series.labels.end()});
    }));
}

Histogram Metrics::histogram(const Series& series, const std::vector<double>& bounds) {
    return Histogram(checked([&]() -> auto& {
        return prometheus::BuildHistogram()
            .Name(series.name)
            .Help(series.help)
            .Register(state_->registry)
            .Add({series.labels.begin(), series.labels.end()}, bounds);
    }));
}

std::vector<double> Metrics::seconds() {
    return {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100};
}

std::string Metrics::format() const {
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace xos
