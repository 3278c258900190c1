#pragma once

#include "base/guarded.h"
#include "model/snapshot.h"
#include "services/local/cloud.h"
#include "services/local/names.h"
#include "services/local/spec_reader.h"
#include "synchronizer/actuator.h"
#include "synchronizer/plugin.h"

#include <map>
#include <memory>
#include <string>

namespace xos::local {

/// Makes instances, networks and ports real on this host: the driver of Controllers whose
/// backend_type is `local`. The cloud does the work; this reads the model and says what was found.
class LocalDriver final : public synchronizer::Driver {
public:
    static Result<std::unique_ptr<synchronizer::Driver>> create(
        const synchronizer::DriverContext& context);

    Result<void> prepare() override;
    synchronizer::Actuator* find_actuator(std::string_view name) override;
    Result<std::optional<synchronizer::Reality>> scan(const model::Snapshot& desired) override;
    Result<void> remove_orphan(const synchronizer::Mark& orphan) override;

    /// The cloud, once `prepare` has succeeded.
    Cloud& cloud() const { return *cloud_; }
    /// Brings an instance to what the model says, its deleted ports unplugged.
    Result<InstanceState> ensure_instance(const model::Snapshot& desired, const model::Row& row);
    /// How the reader of this snapshot's schema finds things.
    std::shared_ptr<const SpecReader> reader(const model::Snapshot& desired);
    /// What crun calls an instance.
    std::string container_name(ObjectId instance) const { return names_.container(instance); }
    /// How to sign in to an instance on this host.
    std::string ssh_command(const model::Row& instance, const std::string& address) const;

private:
    /// A reader together with the schema that it belongs to.
    struct Reader {
        std::shared_ptr<const schema::Schema> schema;
        std::shared_ptr<const SpecReader> reader;
    };

    LocalDriver(const synchronizer::DriverContext& context, Names names);
    Result<std::string> rootfs(const schema::Type& type, const ImageSource& image);
    Result<std::string> fetch(const schema::Type& type, const ImageSource& image);

    const synchronizer::DriverContext context_;
    const Names names_;
    std::unique_ptr<Cloud> cloud_;
    std::map<std::string, std::unique_ptr<synchronizer::Actuator>, std::less<>> actuators_;
    Guarded<Reader> reader_;
};

/// The actuators by the names that service.yaml gives them.
std::map<std::string, std::unique_ptr<synchronizer::Actuator>, std::less<>> make_actuators(
    LocalDriver& driver);

}  // namespace xos::local
