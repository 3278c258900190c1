#pragma once

#include "base/check.h"
#include "base/result.h"
#include "services/local/descriptor.h"

#include <sys/types.h>

#include <string>
#include <utility>

namespace xos::local {

/// One network namespace of this host, held open.
///
/// While it is held the namespace and its interfaces stay, so hold it no longer than needed.
/// Any thread.
class NetworkNamespace {
public:
    /// The one the calling thread is in.
    static Result<NetworkNamespace> current();
    /// The one that file `path` names. NotFound when there is none.
    static Result<NetworkNamespace> open(const std::string& path);
    static Result<NetworkNamespace> of_process(pid_t pid);

    /// Makes `path` name a namespace, a new one where it names none.
    static Result<NetworkNamespace> create_named(const std::string& path);
    /// Takes the name away. The namespace ends with the last that is in it or holds it.
    static Result<void> remove_named(const std::string& path);

    /// Calls `use` with the calling thread inside the namespace. `use` must not keep the thread.
    template <class Use>
    auto inside(Use&& use) const -> decltype(use()) {
        const Visit visit(*this);
        if (!visit.problem().has_value())
            return visit.problem().error();
        return std::forward<Use>(use)();
    }

    int descriptor() const { return file_.get(); }

private:
    /// Takes the thread in, and back at its end.
    class Visit {
    public:
        explicit Visit(const NetworkNamespace& there);
        ~Visit();
        const Result<void>& problem() const { return entered_; }

    private:
        Descriptor home_;
        Result<void> entered_;
    };

    explicit NetworkNamespace(Descriptor file) : file_(std::move(file)) {}

    Descriptor file_;
};

}  // namespace xos::local
