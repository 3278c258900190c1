#include "services/local/local_driver.h"

#include "base/file.h"
#include "schema/xos_base.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace xos::local {

using model::Row;
using synchronizer::Mark;
using synchronizer::Reality;

namespace {

constexpr std::string_view kInstanceMark = "instance";
constexpr std::string_view kNetworkMark = "network";

/// Whether somebody makes the object real, and it shall be there.
bool is_wanted(const Row& row) {
    return !row.deleted() && !row.is_null(schema::base_field::kBackendOwner);
}

/// Whether it was said to be real, so that a difference is news.
bool was_real(const Row& row) {
    return is_wanted(row) && !row.is_null(schema::base_field::kSyncedRevision);
}

Result<void> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0)
            return Error{ErrorCode::Unavailable, std::string("write: ") + std::strerror(errno)};
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

LocalDriver::LocalDriver(const synchronizer::DriverContext& context, Names names)
    : context_(context), names_(std::move(names)) {}

Result<std::unique_ptr<synchronizer::Driver>> LocalDriver::create(
    const synchronizer::DriverContext& context) {
    std::unique_ptr<LocalDriver> driver(
        new LocalDriver(context, TRY(Names::create(context.lineage))));
    driver->actuators_ = make_actuators(*driver);
    return std::unique_ptr<synchronizer::Driver>(std::move(driver));
}

Result<void> LocalDriver::prepare() {
    if (cloud_)
        return {};
    cloud_ = TRY(Cloud::open({.lineage = context_.lineage,
                              .state_dir = context_.data_dir,
                              .program_dir = context_.service_dir + "/libexec"}));
    for (const std::string& problem : cloud_->problems())
        context_.log.warning("this host lacks something", {{"problem", problem}});
    return cloud_->images().sweep();
}

synchronizer::Actuator* LocalDriver::find_actuator(std::string_view name) {
    const auto at = actuators_.find(name);
    return at == actuators_.end() ? nullptr : at->second.get();
}

std::shared_ptr<const SpecReader> LocalDriver::reader(const model::Snapshot& desired) {
    auto schema = desired.tables().layout->schema_pointer();
    return reader_.with([&](Reader& reader) {
        if (reader.schema != schema)
            reader = {.schema = schema, .reader = std::make_shared<const SpecReader>(*schema)};
        return reader.reader;
    });
}

Result<std::string> LocalDriver::fetch(const schema::Type& type, const ImageSource& image) {
    const std::string file = context_.data_dir + "/" + image.sha256 + ".download." +
                             std::to_string(context_.random.below(1'000'000'000));
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return Error{ErrorCode::Unavailable, file + ": " + std::strerror(errno)};
    auto read = context_.requests.read_content(
        type, image.id, [&](std::string_view piece) { return write_all(fd, piece); });
    ::close(fd);
    auto unpacked = read ? cloud_->images().unpack(file, image.sha256)
                         : Result<std::string>(std::move(read).error());
    TRY(remove_file(file));
    return unpacked;
}

Result<std::string> LocalDriver::rootfs(const schema::Type& type, const ImageSource& image) {
    if (image.builtin)
        return cloud_->images().builtin();
    if (image.sha256.empty())
        return Error{ErrorCode::Invalid, "image \"" + image.name +
                                             "\" has no content: upload a root file system with "
                                             "`xos image add`, or set path to \"builtin\""};
    if (auto found = cloud_->images().find(image.sha256))
        return found;
    return fetch(type, image);
}

Result<InstanceState> LocalDriver::ensure_instance(const model::Snapshot& desired, const Row& row) {
    const auto reader = this->reader(desired);
    auto spec = TRY(reader->instance(desired.view(), row));
    const schema::Type& image = *desired.schema().find_type("Image");
    spec.rootfs = TRY(rootfs(image, reader->image(desired.view(), row)));
    auto ensured = cloud_->ensure_instance(spec);
    // A network that is not there yet, or was taken away, is made by a step of its own.
    if (!ensured && ensured.error().code() == ErrorCode::NotFound)
        return Error{ErrorCode::Unavailable, ensured.error().message()};
    return ensured;
}

std::string LocalDriver::ssh_command(const Row& instance, const std::string& address) const {
    return "ssh -o ProxyCommand='" + cloud_->proxy_command(instance.id()) + "' root@" +
           (address.empty() ? "instance" : address);
}

Result<std::optional<Reality>> LocalDriver::scan(const model::Snapshot& desired) {
    TRY(cloud_->repair());
    const Inventory inventory = TRY(cloud_->scan());
    Reality reality;
    std::map<ObjectId, bool> there;
    for (const InstanceState& instance : inventory.instances) {
        reality.marks.push_back({instance.id, std::string(kInstanceMark)});
        there[instance.id] = instance.phase == ContainerPhase::Running;
    }
    for (const ObjectId disk : inventory.disks) {
        if (there.count(disk) == 0)
            reality.marks.push_back({disk, std::string(kInstanceMark)});
    }
    for (const NetworkState& network : inventory.networks) {
        reality.marks.push_back({network.id, std::string(kNetworkMark)});
        there[network.id] = true;
    }
    for (const PortState& port : inventory.ports)
        there[port.id] = true;
    for (const ObjectId port : inventory.loose_ports)
        there[port] = false;
    reality.differing = inventory.broken_instances;
    const auto reader = this->reader(desired);
    for (const TypeId type :
         {reader->controller_network_type(), reader->instance_type(), reader->port_type()}) {
        desired.view().for_each(type, [&](const Row& row) {
            if (was_real(row) && !there[row.id()])
                reality.differing.push_back(row.id());
            return true;
        });
    }
    // A port that is plugged and in no model is unplugged with the next step of its instance.
    for (const PortState& port : inventory.ports) {
        const Row* row = desired.view().find(port.id);
        const Row* instance = desired.view().find(port.instance);
        if ((!row || !is_wanted(*row)) && instance && is_wanted(*instance))
            reality.differing.push_back(port.instance);
    }
    return std::optional<Reality>(std::move(reality));
}

Result<void> LocalDriver::remove_orphan(const Mark& orphan) {
    return orphan.name == kNetworkMark ? cloud_->remove_network(orphan.id)
                                       : cloud_->remove_instance(orphan.id);
}

}  // namespace xos::local

XOS_PLUGIN(xos::local::LocalDriver::create);
