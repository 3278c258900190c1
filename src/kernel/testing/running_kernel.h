#pragma once

#include "base/testing/fake_wall_clock.h"
#include "journal/testing/memory_engine.h"
#include "kernel/kernel.h"

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace xos::kernel {

/// Object types to try the kernel with: User, Service, Site, Slice, Instance, and what links them.
/// Root may all; a user reads and writes the `phone` of the own User.
std::string_view small_model();

/// A kernel on a journal in memory, with its commit thread running while it lives.
class RunningKernel {
public:
    explicit RunningKernel(std::string_view model = small_model(), Rules rules = {},
                           std::vector<std::pair<std::string, std::string>> observes = {});
    ~RunningKernel();

    Kernel& operator*() { return *kernel_; }
    Kernel* operator->() { return kernel_.get(); }
    FakeWallClock& clock() { return clock_; }
    journal::MemoryEngine& journal() { return journal_; }
    /// The newest version; it stays until the next call.
    model::View view();

    /// The kernel ends and another starts on the same journal.
    void restart();
    /// The same with another keyring.
    void use(Sealing sealing);
    /// What starting one with that keyring comes to.
    Result<std::unique_ptr<Kernel>> try_open(Sealing sealing);

    const schema::Type& type(std::string_view name) const { return *schema_->find_type(name); }
    model::FieldIndex field(std::string_view type, std::string_view field) const;

    using Fields = std::vector<std::pair<std::string_view, model::Value>>;
    Operation create(std::string_view type, const Fields& fields) const;
    Operation update(std::string_view type, ObjectId id, const Fields& fields) const;
    Operation remove(std::string_view type, ObjectId id,
                     Operation::Cascade cascade = Operation::Cascade::No) const;

    /// Commits as the system, or as somebody.
    Result<Committed> commit(std::vector<Operation> operations, Principal principal = {});
    /// The id of an object that is made for certain.
    ObjectId make(std::string_view type, const Fields& fields);
    /// What a service reports about an object; the error when it is refused.
    Result<void> report(ObjectId service, const StatusItem& item);

private:
    void start();
    void stop();

    std::shared_ptr<const schema::Schema> schema_;
    std::vector<std::pair<std::string, std::string>> observes_;
    Rules rules_;
    Sealing sealing_;
    FakeWallClock clock_;
    journal::MemoryEngine journal_;
    std::unique_ptr<Kernel> kernel_;
    model::SnapshotPointer held_;
    std::thread thread_;
};

}  // namespace xos::kernel
