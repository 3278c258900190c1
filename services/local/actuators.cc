#include "services/local/local_driver.h"
#include "synchronizer/status_writer.h"

namespace xos::local {

using model::Row;
using synchronizer::Actuator;
using synchronizer::Done;
using synchronizer::Outcome;
using synchronizer::StatusWriter;

namespace {

/// Says what this host can do.
class ControllerActuator final : public Actuator {
public:
    explicit ControllerActuator(LocalDriver& driver) : driver_(driver) {}

    Result<Outcome> reconcile(const model::Snapshot&, ObjectId, StatusWriter& status) override {
        status.set("layers", Json(Json::Array{"container", "bridge"}));
        std::string note;
        for (const std::string& problem : driver_.cloud().problems())
            note += (note.empty() ? "" : "; ") + problem;
        return Outcome(Done{note});
    }
    Result<Outcome> remove(const model::Snapshot&, ObjectId, StatusWriter&) override {
        return Outcome(Done{});
    }

private:
    LocalDriver& driver_;
};

/// A ControllerNetwork is a bridge.
class NetworkActuator final : public Actuator {
public:
    explicit NetworkActuator(LocalDriver& driver) : driver_(driver) {}

    Result<Outcome> reconcile(const model::Snapshot& desired, ObjectId id,
                              StatusWriter& status) override {
        const Row* row = desired.view().find(id);
        const auto spec = TRY(driver_.reader(desired)->network(desired.view(), *row));
        TRY(driver_.cloud().ensure_network(spec));
        status.set_handle(bridge_name(id));
        status.set("net_id", bridge_name(id));
        status.set("joined", true);
        return Outcome(Done{});
    }
    Result<Outcome> remove(const model::Snapshot&, ObjectId id, StatusWriter&) override {
        TRY(driver_.cloud().remove_network(id));
        return Outcome(Done{});
    }

private:
    LocalDriver& driver_;
};

/// An Instance is a container with all its plugs.
class InstanceActuator final : public Actuator {
public:
    explicit InstanceActuator(LocalDriver& driver) : driver_(driver) {}

    Result<Outcome> reconcile(const model::Snapshot& desired, ObjectId id,
                              StatusWriter& status) override {
        const Row* row = desired.view().find(id);
        const InstanceState state = TRY(driver_.ensure_instance(desired, *row));
        if (state.was_started)
            status.log("started");
        const std::string address = driver_.reader(desired)->first_address(desired.view(), *row);
        status.set_handle(driver_.container_name(id));
        status.set("ip", address.empty() ? Json() : Json(address));
        status.set("instance_name", driver_.reader(desired)->name_of(*row));
        status.set("ssh_command", driver_.ssh_command(*row, address));
        return Outcome(Done{});
    }
    Result<Outcome> remove(const model::Snapshot&, ObjectId id, StatusWriter&) override {
        TRY(driver_.cloud().remove_instance(id));
        return Outcome(Done{});
    }

private:
    LocalDriver& driver_;
};

/// A Port is a plug of its instance, which is brought to its plugs as a whole.
class PortActuator final : public Actuator {
public:
    explicit PortActuator(LocalDriver& driver) : driver_(driver) {}

    Result<Outcome> reconcile(const model::Snapshot& desired, ObjectId id,
                              StatusWriter& status) override {
        const Row* port = desired.view().find(id);
        const Row* instance = driver_.reader(desired)->instance_of(desired.view(), *port);
        if (!instance)
            return Error{ErrorCode::Unavailable, "its instance is gone"};
        TRY(driver_.ensure_instance(desired, *instance));
        status.set_handle(port_name(id));
        status.set("port_id", port_name(id));
        return Outcome(Done{});
    }

    /// The plugs of an instance that goes go with it at once, which is quicker than one by one.
    Result<Outcome> remove(const model::Snapshot& desired, ObjectId id, StatusWriter&) override {
        const Row* port = desired.view().find(id);
        const Row* instance =
            port ? driver_.reader(desired)->instance_of(desired.view(), *port) : nullptr;
        if (!instance)
            return Outcome(Done{});
        if (instance->deleted())
            TRY(driver_.cloud().remove_instance(instance->id()));
        else if (driver_.cloud().find_instance(instance->id()).phase != ContainerPhase::Absent)
            TRY(driver_.ensure_instance(desired, *instance));
        return Outcome(Done{});
    }

private:
    LocalDriver& driver_;
};

}  // namespace

std::map<std::string, std::unique_ptr<Actuator>, std::less<>> make_actuators(LocalDriver& driver) {
    std::map<std::string, std::unique_ptr<Actuator>, std::less<>> actuators;
    actuators["controller"] = std::make_unique<ControllerActuator>(driver);
    actuators["network"] = std::make_unique<NetworkActuator>(driver);
    actuators["instance"] = std::make_unique<InstanceActuator>(driver);
    actuators["port"] = std::make_unique<PortActuator>(driver);
    return actuators;
}

}  // namespace xos::local
