#include "services/local/spec_reader.h"

#include "base/check.h"

#include <cctype>
#include <set>

namespace xos::local {

using model::Row;
using model::View;

namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr std::int64_t kMillisOfCore = 1000;

/// Finds the fields of a type that the core models are known to have.
class FieldNames {
public:
    FieldNames(const schema::Schema& schema, std::string_view type)
        : type_(schema.find_type(type)) {
        XOS_CHECK(type_, "the schema lacks a core type");
    }
    TypeId type() const { return type_->id; }
    model::FieldIndex operator[](std::string_view field) const {
        const auto index = type_->find_field_index(field);
        XOS_CHECK(index.has_value(), "a core type lacks a field");
        return *index;
    }

private:
    const schema::Type* type_;
};

/// The gateway of a network: the first address behind the network's own.
Ipv4Prefix gateway_of(const Ipv4Prefix& subnet) {
    return {Ipv4{subnet.network().value + 1}, subnet.length};
}

}  // namespace

SpecReader::SpecReader(const schema::Schema& schema) {
    const FieldNames joined(schema, "ControllerNetwork"), network(schema, "Network"),
        kind(schema, "NetworkTemplate"), instance(schema, "Instance"), port(schema, "Port"),
        node(schema, "Node"), binding(schema, "SiteDeployment"), flavor(schema, "Flavor"),
        image(schema, "Image"), privilege(schema, "SlicePrivilege"), user(schema, "User"),
        slice(schema, "Slice"), service(schema, "Service");
    controller_network_ = {joined.type(), joined["network"], joined["controller"]};
    network_ = {network["name"], network["subnet"], network["template"]};
    template_ = {kind["name"], kind["translation"], kind["visibility"]};
    instance_ = {instance.type(),    instance["name"],  instance["slice"],   instance["node"],
                 instance["flavor"], instance["image"], instance["userData"]};
    port_ = {port.type(), port["network"], port["instance"],
             port["ip"],  port["mac"],     port["interface_number"]};
    place_ = {node["site_deployment"], binding["controller"]};
    flavor_ = {flavor["cores"], flavor["memory_mb"], flavor["processes"]};
    image_ = {image["name"], image["path"], image["content_sha256"]};
    keys_ = {privilege.type(),  privilege["user"], privilege["slice"],   user["public_key"],
             user["is_active"], slice["service"],  service["public_key"]};
}

bool SpecReader::has_way_out(View view, const Row& network) const {
    const Row* kind = view.follow(network, network_.template_);
    return kind && kind->string(template_.translation) == "NAT";
}

const Row* SpecReader::controller_of(View view, const Row& instance) const {
    const Row* node = view.follow(instance, instance_.node);
    const Row* binding = node ? view.follow(*node, place_.node_binding) : nullptr;
    return binding ? view.follow(*binding, place_.binding_controller) : nullptr;
}

const Row* SpecReader::instance_of(View view, const Row& port) const {
    return view.follow(port, port_.instance);
}

/// The name as hosts have it: whatever the model says, it is one word of 63 letters at most.
std::string SpecReader::hostname_of(const Row& instance) const {
    std::string name = name_of(instance).substr(0, 63);
    for (char& c : name) {
        const bool is_safe = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
        if (!is_safe)
            c = '-';
    }
    return name;
}

std::string SpecReader::name_of(const Row& instance) const {
    return std::string(instance.string(instance_.name));
}

Result<NetworkSpec> SpecReader::network(View view, const Row& controller_network) const {
    const Row* network = view.follow(controller_network, controller_network_.network);
    if (!network)
        return Error{ErrorCode::NotFound, "its network is gone"};
    const std::string name(network->string(network_.name));
    const Row* kind = view.follow(*network, network_.template_);
    NetworkSpec spec{.id = controller_network.id(), .name = name, .gateway = std::nullopt};
    if (has_way_out(view, *network)) {
        spec.gateway = gateway_of(TRY(parse_ipv4_prefix(network->string(network_.subnet))));
    } else if (kind && kind->string(template_.visibility) == "public") {
        return Error{ErrorCode::Invalid,
                     "network \"" + name + "\": template \"" +
                         std::string(kind->string(template_.name)) +
                         "\" gives each instance a public address, which this host has none of: "
                         "choose a template with NAT"};
    }
    return spec;
}

std::vector<const Row*> SpecReader::live_ports(View view, const Row& instance) const {
    return view.live_linking(port_.type, port_.instance, instance.id());
}

Result<PortSpec> SpecReader::port(View view, const Row& instance, const Row& port) const {
    const Row* network = view.follow(port, port_.network);
    const Row* controller = controller_of(view, instance);
    if (!network || !controller)
        return Error{ErrorCode::Unavailable, "its network or controller is gone"};
    const Row* bridge = nullptr;
    for (const Row* candidate :
         view.live_linking(controller_network_.type, controller_network_.network, network->id())) {
        if (candidate->link(controller_network_.controller) == controller->id())
            bridge = candidate;
    }
    if (!bridge)
        return Error{ErrorCode::Unavailable, "network \"" +
                                                 std::string(network->string(network_.name)) +
                                                 "\" is not at its controller yet"};
    const auto subnet = TRY(parse_ipv4_prefix(network->string(network_.subnet)));
    const Mac mac = TRY(parse_mac(port.string(port_.mac)));
    const Ipv4 address = TRY(parse_ipv4(port.string(port_.ip)));
    PortSpec spec{.id = port.id(),
                  .network = bridge->id(),
                  .number = static_cast<int>(port.integer(port_.number)),
                  .mac = mac,
                  .address = {address, subnet.length}};
    if (has_way_out(view, *network))
        spec.gateway = gateway_of(subnet).address;
    return spec;
}

Result<InstanceSpec> SpecReader::instance(View view, const Row& instance) const {
    InstanceSpec spec{.id = instance.id(), .hostname = hostname_of(instance)};
    if (const Row* flavor = view.follow(instance, instance_.flavor))
        spec.limits = {.memory_bytes = flavor->integer(flavor_.memory) * kMebibyte,
                       .cpu_millis = flavor->integer(flavor_.cores) * kMillisOfCore,
                       .processes = flavor->integer(flavor_.processes)};
    spec.user_data = instance.string(instance_.user_data);
    spec.hosts = hosts(view, instance);
    spec.authorized_keys = authorized_keys(view, instance);
    for (const Row* row : live_ports(view, instance))
        spec.ports.push_back(TRY(port(view, instance, *row)));
    return spec;
}

ImageSource SpecReader::image(View view, const Row& instance) const {
    const Row* image = view.follow(instance, instance_.image);
    if (!image)
        return {};
    return {.name = std::string(image->string(image_.name)),
            .id = image->id(),
            .builtin = image->string(image_.path) == "builtin",
            .sha256 = std::string(image->string(image_.sha256))};
}

std::string SpecReader::first_address(View view, const Row& instance) const {
    const Row* first = nullptr;
    for (const Row* port : live_ports(view, instance)) {
        if (!first || port->integer(port_.number) < first->integer(port_.number))
            first = port;
    }
    return first ? std::string(first->string(port_.ip)) : "";
}

/// The names of this instance and of those that it shares a network with.
std::string SpecReader::hosts(View view, const Row& instance) const {
    std::set<std::string> lines;
    for (const Row* own : live_ports(view, instance)) {
        for (const Row* port :
             view.live_linking(port_.type, port_.network, own->link(port_.network))) {
            const Row* other = view.follow(*port, port_.instance);
            if (other && !other->deleted() && !port->is_null(port_.ip))
                lines.insert(std::string(port->string(port_.ip)) + " " + hostname_of(*other) +
                             "\n");
        }
    }
    std::string text = "127.0.0.1 localhost\n";
    for (const std::string& line : lines)
        text += line;
    return text;
}

/// The keys of the active users with a privilege on the slice, and that of its service.
std::string SpecReader::authorized_keys(View view, const Row& instance) const {
    std::set<std::string> keys;
    const auto add = [&](std::string_view key) {
        while (!key.empty() && (key.back() == '\n' || key.back() == ' ' || key.back() == '\r'))
            key.remove_suffix(1);
        if (!key.empty())
            keys.insert(std::string(key) + "\n");
    };
    const ObjectId slice = instance.link(instance_.slice);
    for (const Row* privilege : view.live_linking(keys_.privilege, keys_.slice, slice)) {
        const Row* user = view.follow(*privilege, keys_.user);
        if (user && !user->deleted() && user->boolean(keys_.is_active))
            add(user->string(keys_.public_key));
    }
    const Row* slice_row = view.find(slice);
    if (const Row* service = slice_row ? view.follow(*slice_row, keys_.service) : nullptr)
        add(service->string(keys_.service_key));
    std::string text;
    for (const std::string& key : keys)
        text += key;
    return text;
}

}  // namespace xos::local
