#pragma once

namespace xos::http {

/// A switch that ends waits of other threads, once and for good. Thread-safe.
class Interrupter {
public:
    Interrupter();
    ~Interrupter();
    Interrupter(const Interrupter&) = delete;
    Interrupter& operator=(const Interrupter&) = delete;

    void raise();
    bool is_raised() const;
    /// Becomes readable once raised; -1 when the system gave none.
    int descriptor() const { return descriptor_; }

private:
    const int descriptor_;
};

}  // namespace xos::http
