#pragma once

#include "base/clock.h"
#include "schema/problem.h"
#include "schema/schema.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace xos::schema {

/// What a service says about itself in service.yaml: what it needs, observes, reads and writes, and
/// how each type is made real. docs/reference/service-yaml.md describes the format.
struct Manifest {
    /// A piece of the file, with its place for messages about what it means.
    struct Text {
        std::string text;
        int line = 0;
        int column = 0;
    };
    struct Need {
        std::string service;   ///< "xos" is the kernel itself.
        std::string versions;  ///< ">=1.0"; empty for any.
    };
    struct Actuator {
        enum class Way : std::uint8_t { Plugin, Playbook, Exec };
        Way way = Way::Plugin;
        std::string name;  ///< In the plug-in, or a path in the service's folder.
        int batch = 1;     ///< Most objects of one run of a playbook.
    };
    struct After {
        Text type;
        Text by;
    };
    enum class DriftPolicy : std::uint8_t { Revert, Adopt, Ignore };
    struct Drift {
        std::optional<Duration> poll;
        std::vector<std::pair<Text, DriftPolicy>> fields;
    };
    enum class Role : std::uint8_t { Owner, Follower };
    struct Observes {
        Text type;
        std::optional<Text> select;  ///< Absent: all objects of the type.
        Actuator actuator;           ///< Without one in the file: the plug-in's of the type's name.
        std::vector<Text> reads;     ///< Paths; secrets among them it may ask for.
        std::optional<Text> ready_when;  ///< Absent: at once.
        std::vector<After> after;
        Duration deadline{60'000};
        Drift drift;
        Role role = Role::Owner;
    };
    struct Backend {
        std::optional<double> rate;  ///< Calls a second; absent for no bound.
        std::optional<int> burst, concurrency;
    };
    struct Pull {
        Actuator actuator;
        Duration every{30'000};
    };
    struct Event {
        enum class Source : std::uint8_t { Webhook, Amqp };
        Source source = Source::Webhook;
        std::string address;  ///< Path of a webhook, name of a queue.
    };
    enum class Maturity : std::uint8_t { Stable, Alpha, Example };

    std::string file, source;  ///< Its name and text, for messages.
    std::string name;
    std::string version;
    Maturity maturity = Maturity::Stable;
    bool privileged = false;
    std::vector<Need> needs;
    std::vector<std::string> models;  ///< Paths in the service's folder.
    std::vector<Observes> observes;
    std::vector<Text> writes;  ///< Core types that it creates in slices it manages.
    Backend backend;
    std::vector<Pull> pull;
    std::vector<Event> events;
};

/// The manifest that `text` is, or all that is wrong with it.
std::variant<Manifest, Problems> parse_manifest(std::string_view file, std::string_view text);

/// What in `manifest` does not fit the types of `schema`: types, paths and expressions.
Problems check_manifest(const Manifest& manifest, const Schema& schema);

}  // namespace xos::schema
