#pragma once

namespace xos::crash {

/// A view of mounts and a network of its own for this thread and the processes that it starts, up
/// to the end of this object. Only for root, and for one thread that has no others beside it.
class Namespaces {
public:
    /// Has /run for itself and loopback as its only way.
    Namespaces();
    ~Namespaces();
    Namespaces(const Namespaces&) = delete;
    Namespaces& operator=(const Namespaces&) = delete;

private:
    int mounts_ = -1;
    int network_ = -1;
};

}  // namespace xos::crash
