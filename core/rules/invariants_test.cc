#include "core/rules/ipv4.h"
#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

namespace xos::core {
namespace {

/// Says from scratch, by looking at every object, whether the rules hold. It shares no code with
/// them but the reading of addresses.
class Oracle {
public:
    explicit Oracle(const World& world) : world_(world) {}

    void check() {
        check_slices();
        check_instances();
        check_ports();
        check_shadows();
        check_subnets();
    }

private:
    using Pair = std::pair<ObjectId, ObjectId>;

    void check_slices() {
        for (const ObjectId slice : world_.live("Slice"))
            CHECK(world_.text(slice, "name").starts_with("lab"));
        for (const ObjectId network : world_.live("Network")) {
            const ObjectId owner = world_.link(network, "owner");
            bool is_on = false;
            for (const ObjectId membership : world_.live("NetworkSlice", "network", network))
                is_on |= world_.link(membership, "slice") == owner;
            CHECK((is_on || !std::get<bool>(world_.get(network, "autoconnect"))));
        }
    }

    void check_instances() {
        std::set<std::pair<ObjectId, std::string>> names;
        for (const ObjectId instance : world_.live("Instance")) {
            const ObjectId slice = world_.link(instance, "slice");
            CHECK(world_.link(instance, "image") == world_.link(slice, "default_image"));
            CHECK(world_.text(instance, "isolation") == "container");
            CHECK(world_.link(instance, "flavor") != ObjectId{});
            const ObjectId place = world_.link(world_.link(instance, "node"), "site_deployment");
            CHECK(world_.link(instance, "deployment") == world_.link(place, "deployment"));
            CHECK(names.insert({slice, world_.text(instance, "name")}).second);
        }
    }

    void check_ports() {
        std::map<Pair, int> ports;
        std::map<ObjectId, std::set<std::int64_t>> numbers;
        std::map<ObjectId, std::set<std::string>> addresses;
        std::set<std::string> macs;
        for (const ObjectId port : world_.live("Port")) {
            const ObjectId instance = world_.link(port, "instance");
            const ObjectId network = world_.link(port, "network");
            ++ports[{instance, network}];
            const std::int64_t number = world_.integer(port, "interface_number");
            CHECK(number < world_.integer(instance, "next_interface_number"));
            CHECK(numbers[instance].insert(number).second);
            CHECK(macs.insert(world_.text(port, "mac")).second);
            const auto subnet = parse_subnet(world_.text(network, "subnet"));
            REQUIRE(subnet);
            CHECK(subnet->is_for_ports(parse_address(world_.text(port, "ip")).value()));
        }
        world_.view().for_each(world_.schema().find_type("Port")->id, [&](const Row& port) {
            const ObjectId network = world_.link(port.id(), "network");
            CHECK(addresses[network].insert(world_.text(port.id(), "ip")).second);
            return true;
        });
        std::map<Pair, int> wanted;
        for (const ObjectId instance : world_.live("Instance")) {
            for (const ObjectId membership :
                 world_.live("NetworkSlice", "slice", world_.link(instance, "slice"))) {
                const ObjectId network = world_.link(membership, "network");
                const ObjectId site = world_.link(network, "site");
                if (site == ObjectId{} ||
                    site == world_.link(world_.link(instance, "node"), "site"))
                    wanted[{instance, network}] = 1;
            }
        }
        CHECK((ports == wanted));
    }

    ObjectId controller_of(ObjectId instance) const {
        const ObjectId node = world_.link(instance, "node");
        return world_.link(world_.link(node, "site_deployment"), "controller");
    }

    void check_shadows() {
        std::set<Pair> slices, networks, found_slices, found_networks;
        for (const ObjectId instance : world_.live("Instance"))
            slices.insert({controller_of(instance), world_.link(instance, "slice")});
        for (const ObjectId port : world_.live("Port"))
            networks.insert(
                {controller_of(world_.link(port, "instance")), world_.link(port, "network")});
        for (const ObjectId shadow : world_.live("ControllerSlice"))
            CHECK(found_slices
                      .insert({world_.link(shadow, "controller"), world_.link(shadow, "slice")})
                      .second);
        for (const ObjectId shadow : world_.live("ControllerNetwork"))
            CHECK(found_networks
                      .insert({world_.link(shadow, "controller"), world_.link(shadow, "network")})
                      .second);
        CHECK((slices == found_slices));
        CHECK((networks == found_networks));
    }

    void check_subnets() {
        std::map<ObjectId, std::set<ObjectId>> by_place;
        const schema::Schema& schema = world_.schema();
        world_.view().for_each(schema.find_type("ControllerNetwork")->id, [&](const Row& shadow) {
            by_place[world_.link(shadow.id(), "controller")].insert(
                world_.link(shadow.id(), "network"));
            return true;
        });
        world_.view().for_each(schema.find_type("Port")->id, [&](const Row& port) {
            by_place[world_.link(port.id(), "instance")].insert(world_.link(port.id(), "network"));
            return true;
        });
        for (const auto& [place, networks] : by_place) {
            for (const ObjectId one : networks) {
                for (const ObjectId two : networks) {
                    const auto a = parse_subnet(world_.text(one, "subnet"));
                    const auto b = parse_subnet(world_.text(two, "subnet"));
                    CHECK_FALSE((one < two && a && b && a->overlaps(*b)));
                }
            }
        }
    }

    const World& world_;
};

/// Takes random steps, several in a transaction; refused ones leave everything as it was.
class Walk {
public:
    explicit Walk(std::uint32_t seed) : random_(seed) { make_places(); }

    const World& world() const { return world_; }
    int committed() const { return committed_; }

    void step() {
        const auto result = world_.commit([&](Steps& steps) {
            const int count = 1 + pick(3);
            for (int i = 0; i < count; ++i)
                act(steps);
        });
        if (result)
            ++committed_;
        else
            CHECK(result.error().message().find("come to an end") == std::string::npos);
        if (pick(3) == 0)
            own_something();
        if (pick(3) == 0)
            clean_something();
    }

private:
    int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

    /// A live object of the type as the transaction sees it now.
    ObjectId any(Steps& steps, std::string_view type) {
        std::vector<ObjectId> found;
        const Change& change = steps.change();
        change.view().for_each(change.schema().find_type(type)->id, [&](const Row& row) {
            if (!row.deleted())
                found.push_back(row.id());
            return true;
        });
        return found.empty()
                   ? ObjectId{}
                   : found[static_cast<std::size_t>(pick(static_cast<int>(found.size())))];
    }

    Value any_or_none(Steps& steps, std::string_view type) {
        Value value;
        if (pick(2) == 0)
            value = any(steps, type);
        return value;
    }

    void make_places() {
        world_.must([&](Steps& steps) {
            const ObjectId second = steps.make(
                "Controller",
                {{"name", "second"}, {"backend_type", "local"}, {"deployment", world_.deployment}});
            const ObjectId site = steps.make(
                "Site", {{"name", "There"}, {"login_base", "there"}, {"abbreviated_name", "t"}});
            const ObjectId place = steps.make(
                "SiteDeployment",
                {{"site", site}, {"deployment", world_.deployment}, {"controller", second}});
            steps.make("Node", {{"name", "far"}, {"site_deployment", place}});
            steps.make("Node", {{"name", "off"}, {"site_deployment", place}, {"enabled", false}});
        });
    }

    std::string fresh(const char* start) { return start + std::to_string(++names_); }

    void act(Steps& steps) {
        switch (pick(14)) {
            case 0: make_slice(steps); break;
            case 1:
            case 2: make_network(steps); break;
            case 3: join(steps); break;
            case 4:
            case 5:
            case 6: make_instance(steps); break;
            case 7: remove_any(steps, "Instance"); break;
            case 8: remove_any(steps, "NetworkSlice"); break;
            case 9: remove_any(steps, pick(2) == 0 ? "Network" : "Slice"); break;
            case 10: change_network(steps); break;
            case 11: move(steps); break;
            case 12: change_place(steps); break;
            default: break_something(steps); break;
        }
    }

    void make_slice(Steps& steps) {
        NamedValues values = {{"name", fresh("lab_")},
                              {"site", world_.site},
                              {"default_isolation", "container"},
                              {"default_image", world_.image}};
        if (pick(2) == 0)
            values.emplace_back("network", "noauto");
        steps.make("Slice", values);
    }

    void make_network(Steps& steps) {
        NamedValues values = {{"name", fresh("net")},
                              {"owner", any(steps, "Slice")},
                              {"template", any(steps, "NetworkTemplate")},
                              {"permit_all_slices", pick(2) == 0},
                              {"autoconnect", pick(4) != 0}};
        if (pick(6) == 0)
            values.emplace_back("site", any(steps, "Site"));
        if (pick(6) == 0)
            values.emplace_back("subnet", "10.64." + std::to_string(pick(6)) + ".0/29");
        steps.make("Network", values);
    }

    void join(Steps& steps) {
        steps.make("NetworkSlice",
                   {{"network", any(steps, "Network")}, {"slice", any(steps, "Slice")}});
    }

    void make_instance(Steps& steps) {
        NamedValues values = {{"slice", any(steps, "Slice")}};
        if (pick(2) == 0)
            values.emplace_back("node", any(steps, "Node"));
        if (pick(3) == 0)
            values.emplace_back("name", "i" + std::to_string(pick(5)));
        steps.make("Instance", values);
    }

    void remove_any(Steps& steps, std::string_view type) {
        if (const ObjectId id = any(steps, type); id != ObjectId{})
            steps.remove(id);
    }

    void change_network(Steps& steps) {
        const ObjectId network = any(steps, "Network");
        if (network == ObjectId{})
            return;
        switch (pick(4)) {
            case 0: steps.set(network, {{"autoconnect", pick(2) == 0}}); break;
            case 1: steps.set(network, {{"owner", any(steps, "Slice")}}); break;
            case 2: steps.set(network, {{"site", any_or_none(steps, "Site")}}); break;
            default: steps.set(network, {{"subnet", {}}}); break;
        }
    }

    void move(Steps& steps) {
        const ObjectId instance = any(steps, "Instance");
        if (instance != ObjectId{})
            steps.set(instance, {{"node", any_or_none(steps, "Node")}});
    }

    void change_place(Steps& steps) {
        const ObjectId node = any(steps, "Node");
        if (pick(2) == 0)
            steps.set(node, {{"site_deployment", any(steps, "SiteDeployment")}});
        else
            steps.set(node, {{"enabled", pick(3) != 0}});
    }

    /// What only the rules may do.
    void break_something(Steps& steps) {
        switch (pick(4)) {
            case 0: remove_any(steps, "Port"); break;
            case 1: remove_any(steps, "ControllerNetwork"); break;
            case 2:
                steps.make("Port", {{"network", any(steps, "Network")},
                                    {"instance", any(steps, "Instance")}});
                break;
            default:
                steps.make("ControllerSlice", {{"controller", any(steps, "Controller")},
                                               {"slice", any(steps, "Slice")}});
                break;
        }
    }

    void own_something() {
        for (const char* type : {"Instance", "ControllerNetwork", "Port"}) {
            const auto live = world_.live(type);
            if (!live.empty())
                world_.own(live[static_cast<std::size_t>(pick(static_cast<int>(live.size())))]);
        }
    }

    void clean_something() {
        std::vector<ObjectId> deleted;
        for (const char* type : {"Instance", "ControllerNetwork", "Port"}) {
            world_.view().for_each_deleted(world_.schema().find_type(type)->id,
                                           [&](const Row& row) {
                                               if (!row.is_null(schema::base_field::kBackendOwner))
                                                   deleted.push_back(row.id());
                                               return true;
                                           });
        }
        for (const ObjectId id : deleted)
            world_.confirm_clean(id);
    }

    World world_;
    std::mt19937 random_;
    int names_ = 0;
    int committed_ = 0;
};

TEST_CASE("after any transactions all rules hold") {
    for (const std::uint32_t seed : {1u, 2u, 3u, 2064039518u, std::random_device{}()}) {
        CAPTURE(seed);
        Walk walk(seed);
        for (int i = 0; i < 150; ++i) {
            CAPTURE(i);
            walk.step();

            if (i % 5 == 4)
                Oracle(walk.world()).check();
        }
        CHECK(walk.committed() > 40);
    }
}

}  // namespace
}  // namespace xos::core
