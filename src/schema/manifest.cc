#include "schema/manifest.h"

#include "base/yaml.h"
#include "schema/number.h"
#include "schema/source_text.h"
#include "schema/suggestion.h"
#include "schema/version.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace xos::schema {
namespace {

constexpr std::size_t kLongestName = 30;  // Service.name holds no more.

bool is_service_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= kLongestName && name.front() >= 'a' &&
           name.front() <= 'z' && std::all_of(name.begin(), name.end(), fits);
}

/// Whether `path` stays in the folder that it starts from.
bool is_inner_path(std::string_view path) {
    return !path.empty() && path.front() != '/' && path != ".." && !path.starts_with("../") &&
           path.find("/../") == std::string_view::npos && !path.ends_with("/..");
}

/// "ControllerNetwork" as "controller_network".
std::string snake_case(std::string_view name) {
    std::string out;
    for (char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && !out.empty())
            out += '_';
        out += upper ? static_cast<char>(c + 32) : c;
    }
    return out;
}

std::optional<Duration> read_duration(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits = {
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const auto& [name, factor] : kUnits) {
        if (error == std::errc{} && name == unit && number > 0 && number < 1'000'000'000)
            return Duration{number * factor};
    }
    return std::nullopt;
}

class ManifestReader {
public:
    ManifestReader(std::string_view file, std::string_view text) : text_(text) {
        manifest_.file = file;
        manifest_.source = text;
    }

    std::variant<Manifest, Problems> run() {
        const auto document = Yaml::parse(text_);
        if (!document) {
            complain_unread(document.error().message());
            return sorted(std::move(problems_));
        }
        read_manifest(*document);
        if (!problems_.empty())
            return sorted(std::move(problems_));
        return std::move(manifest_);
    }

private:
    void complain(Yaml::Place place, std::string message) {
        problems_.push_back(
            problem_at({manifest_.file, text_}, place.line, place.column, std::move(message)));
    }
    void complain(const Yaml& node, std::string message) {
        complain(node.place(), std::move(message));
    }

    /// `message` is "line:column: reason".
    void complain_unread(std::string_view message) {
        Yaml::Place place;
        const char* end = message.data() + message.size();
        const auto line = std::from_chars(message.data(), end, place.line);
        if (line.ec == std::errc{} && line.ptr != end) {
            const auto column = std::from_chars(line.ptr + 1, end, place.column);
            message.remove_prefix(static_cast<std::size_t>(column.ptr - message.data()));
            message.remove_prefix(std::min(message.find_first_not_of(": "), message.size()));
        }
        complain(place, std::string(message));
    }

    /// Calls `read(key, value)` for each member, and reports keys that are not among `known`.
    template <class Read>
    void each_member(const Yaml& node, std::span<const std::string_view> known, Read read) {
        if (!node.is_mapping())
            return complain(node, "expected a mapping with the keys " + joined(known));
        for (const Yaml::Member& member : node.members()) {
            if (std::find(known.begin(), known.end(), member.key) == known.end())
                complain(member.key_place, "there is no key " + quoted(member.key) + " here" +
                                               did_you_mean(member.key, known));
            else
                read(member.key, member.value);
        }
    }
    template <class Read>
    void each_item(const Yaml& node, Read read) {
        if (!node.is_sequence() && !node.is_null())
            return complain(node, "expected a list");
        for (const Yaml& item : node.items())
            read(item);
    }

    static std::string joined(std::span<const std::string_view> words) {
        std::string out;
        for (std::string_view word : words)
            out += (out.empty() ? "" : ", ") + std::string(word);
        return out;
    }

    std::string text_of(const Yaml& node) {
        if (!node.is_scalar() || node.scalar().empty())
            complain(node, "expected a text");
        return node.scalar();
    }
    /// The place is that of the text itself, behind a quote.
    Manifest::Text placed(const Yaml& node) {
        return {text_of(node), node.place().line, node.place().column + (node.is_quoted() ? 1 : 0)};
    }
    bool bool_of(const Yaml& node) {
        const auto value = node.as_bool();
        if (!value)
            complain(node, "expected true or false");
        return value.value_or(false);
    }
    int count_of(const Yaml& node) {
        const auto value = node.as_int();
        if (!value || *value < 1 || *value > 1'000'000)
            complain(node, "expected a whole number from 1");
        return value && *value >= 1 && *value <= 1'000'000 ? static_cast<int>(*value) : 1;
    }
    Duration duration_of(const Yaml& node) {
        const auto value = read_duration(node.scalar());
        if (!value)
            complain(node, "expected a time such as 500ms, 60s, 5m or 1h");
        return value.value_or(Duration{1});
    }
    std::string path_of(const Yaml& node) {
        const std::string path = text_of(node);
        if (!path.empty() && !is_inner_path(path))
            complain(node, quoted(path) + " is not in the service's folder");
        return path;
    }
    template <class Enum>
    Enum word_of(const Yaml& node, std::span<const std::string_view> words) {
        const auto at = std::find(words.begin(), words.end(), node.scalar());
        if (at == words.end()) {
            complain(node, "expected one of " + joined(words) + did_you_mean(node.scalar(), words));
            return Enum{};
        }
        return static_cast<Enum>(at - words.begin());
    }

    void read_manifest(const Yaml& node);
    void read_member(std::string_view key, const Yaml& value);
    void read_needs(const Yaml& node);
    void read_observes(const Yaml& node);
    void read_observes_member(Manifest::Observes& out, std::string_view key, const Yaml& value);
    std::optional<Manifest::Actuator> read_actuator(const Yaml& node);
    void read_actuator_member(Manifest::Actuator& out, std::string_view key, const Yaml& value);
    Manifest::After read_after(const Yaml& node);
    Manifest::Drift read_drift(const Yaml& node);
    void read_backend(const Yaml& node);
    void read_pull(const Yaml& node);
    void read_event(const Yaml& node);

    const std::string_view text_;
    Manifest manifest_;
    Problems problems_;
};

void ManifestReader::read_manifest(const Yaml& node) {
    static constexpr std::array<std::string_view, 11> kKeys = {
        "name",     "version", "maturity", "needs", "privileged", "models",
        "observes", "writes",  "backend",  "pull",  "events"};
    each_member(node, kKeys,
                [&](std::string_view key, const Yaml& value) { read_member(key, value); });
    if (!node.is_mapping())
        return;
    for (std::string_view key : {"name", "version"}) {
        if (node.find(key) == nullptr)
            complain(node, quoted(key) + " is missing");
    }
}

void ManifestReader::read_member(std::string_view key, const Yaml& value) {
    static constexpr std::array<std::string_view, 3> kMaturities = {"stable", "alpha", "example"};
    if (key == "name") {
        manifest_.name = text_of(value);
        if (!is_service_name(manifest_.name))
            complain(value,
                     "a service's name has at most 30 of a-z, 0-9, _ and -, and starts "
                     "with a letter");
    } else if (key == "version") {
        manifest_.version = text_of(value);
        if (!is_version(manifest_.version))
            complain(value, "expected a version such as 1.2.0");
    } else if (key == "maturity") {
        manifest_.maturity = word_of<Manifest::Maturity>(value, kMaturities);
    } else if (key == "needs") {
        read_needs(value);
    } else if (key == "privileged") {
        manifest_.privileged = bool_of(value);
    } else if (key == "models") {
        each_item(value, [&](const Yaml& item) { manifest_.models.push_back(path_of(item)); });
    } else if (key == "observes") {
        each_item(value, [&](const Yaml& item) { read_observes(item); });
    } else if (key == "writes") {
        each_item(value, [&](const Yaml& item) { manifest_.writes.push_back(placed(item)); });
    } else if (key == "backend") {
        read_backend(value);
    } else if (key == "pull") {
        each_item(value, [&](const Yaml& item) { read_pull(item); });
    } else {
        each_item(value, [&](const Yaml& item) { read_event(item); });
    }
}

void ManifestReader::read_needs(const Yaml& node) {
    if (!node.is_mapping())
        return complain(node, "expected services and versions, as in {xos: \">=1.0\"}");
    for (const Yaml::Member& member : node.members()) {
        Manifest::Need need{member.key, member.value.scalar()};
        if (!is_service_name(need.service))
            complain(member.key_place, quoted(need.service) + " is no name of a service");
        if (!is_in_range("1.0", need.versions))
            complain(member.value, "expected versions such as >=1.0, ~1.3 or >=1, <3");
        manifest_.needs.push_back(std::move(need));
    }
}

void ManifestReader::read_observes(const Yaml& node) {
    static constexpr std::array<std::string_view, 9> kKeys = {
        "type", "select", "actuator", "reads", "ready_when", "after", "deadline", "drift", "role"};
    Manifest::Observes out;
    each_member(node, kKeys, [&](std::string_view key, const Yaml& value) {
        read_observes_member(out, key, value);
    });
    if (node.is_mapping() && node.find("type") == nullptr)
        complain(node, "\"type\" is missing");
    if (out.actuator.name.empty())
        out.actuator.name = snake_case(out.type.text);
    manifest_.observes.push_back(std::move(out));
}

void ManifestReader::read_observes_member(Manifest::Observes& out, std::string_view key,
                                          const Yaml& value) {
    static constexpr std::array<std::string_view, 2> kRoles = {"owner", "follower"};
    if (key == "type") {
        out.type = placed(value);
    } else if (key == "select") {
        out.select = placed(value);
    } else if (key == "actuator") {
        out.actuator = read_actuator(value).value_or(Manifest::Actuator{});
    } else if (key == "reads") {
        each_item(value, [&](const Yaml& item) { out.reads.push_back(placed(item)); });
    } else if (key == "ready_when") {
        out.ready_when = placed(value);
    } else if (key == "after") {
        each_item(value, [&](const Yaml& item) { out.after.push_back(read_after(item)); });
    } else if (key == "deadline") {
        out.deadline = duration_of(value);
    } else if (key == "drift") {
        out.drift = read_drift(value);
    } else {
        out.role = word_of<Manifest::Role>(value, kRoles);
    }
}

std::optional<Manifest::Actuator> ManifestReader::read_actuator(const Yaml& node) {
    static constexpr std::array<std::string_view, 4> kKeys = {"plugin", "playbook", "exec",
                                                              "batch"};
    Manifest::Actuator out;
    int ways = 0;
    each_member(node, kKeys, [&](std::string_view key, const Yaml& value) {
        ways += key == "batch" ? 0 : 1;
        read_actuator_member(out, key, value);
    });
    if (!node.is_mapping())
        return std::nullopt;
    if (ways != 1)
        complain(node, "expected one of plugin, playbook and exec");
    if (node.find("batch") != nullptr && out.way != Manifest::Actuator::Way::Playbook)
        complain(node, "batch is for a playbook");
    return out;
}

void ManifestReader::read_actuator_member(Manifest::Actuator& out, std::string_view key,
                                          const Yaml& value) {
    using Way = Manifest::Actuator::Way;
    if (key == "batch") {
        out.batch = count_of(value);
        return;
    }
    out.way = key == "plugin" ? Way::Plugin : key == "playbook" ? Way::Playbook : Way::Exec;
    out.name = out.way == Way::Plugin ? text_of(value) : path_of(value);
}

Manifest::After ManifestReader::read_after(const Yaml& node) {
    static constexpr std::array<std::string_view, 2> kKeys = {"type", "by"};
    Manifest::After out;
    each_member(node, kKeys, [&](std::string_view key, const Yaml& value) {
        (key == "type" ? out.type : out.by) = placed(value);
    });
    if (node.is_mapping() && (node.find("type") == nullptr || node.find("by") == nullptr))
        complain(node, "expected both type and by");
    return out;
}

Manifest::Drift ManifestReader::read_drift(const Yaml& node) {
    static constexpr std::array<std::string_view, 2> kKeys = {"poll", "policy"};
    static constexpr std::array<std::string_view, 3> kPolicies = {"revert", "adopt", "ignore"};
    Manifest::Drift out;
    each_member(node, kKeys, [&](std::string_view key, const Yaml& value) {
        if (key == "poll") {
            out.poll = duration_of(value);
            return;
        }
        if (!value.is_mapping())
            return complain(value, "expected fields, each with revert, adopt or ignore");
        for (const Yaml::Member& member : value.members())
            out.fields.emplace_back(
                Manifest::Text{member.key, member.key_place.line, member.key_place.column},
                word_of<Manifest::DriftPolicy>(member.value, kPolicies));
    });
    return out;
}

void ManifestReader::read_backend(const Yaml& node) {
    static constexpr std::array<std::string_view, 3> kKeys = {"rate", "burst", "concurrency"};
    each_member(node, kKeys, [&](std::string_view key, const Yaml& value) {
        if (key != "rate") {
            (key == "burst" ? manifest_.backend.burst : manifest_.backend.concurrency) =
                count_of(value);
            return;
        }
        std::string_view text = value.scalar();
        const bool per_second = text.ends_with("/s");
        text.remove_suffix(per_second ? 2 : 0);
        const auto number = read_number(text);
        const auto* whole = number ? std::get_if<std::int64_t>(&*number) : nullptr;
        const double rate = !number            ? 0
                            : whole != nullptr ? static_cast<double>(*whole)
                                               : std::get<double>(*number);
        if (!per_second || rate <= 0)
            complain(value, "expected calls a second, as in 20/s");
        manifest_.backend.rate = rate;
    });
}

void ManifestReader::read_pull(const Yaml& node) {
    static constexpr std::array<std::string_view, 4> kKeys = {"plugin", "playbook", "exec",
                                                              "every"};
    Manifest::Pull out;
    each_member(node, kKeys, [&](std::string_view key, const Yaml& value) {
        if (key == "every")
            out.every = duration_of(value);
        else
            read_actuator_member(out.actuator, key, value);
    });
    if (node.is_mapping() && out.actuator.name.empty())
        complain(node, "expected one of plugin, playbook and exec");
    manifest_.pull.push_back(std::move(out));
}

void ManifestReader::read_event(const Yaml& node) {
    static constexpr std::array<std::string_view, 3> kKeys = {"source", "path", "queue"};
    static constexpr std::array<std::string_view, 2> kSources = {"webhook", "amqp"};
    Manifest::Event out;
    each_member(node, kKeys, [&](std::string_view key, const Yaml& value) {
        if (key == "source")
            out.source = word_of<Manifest::Event::Source>(value, kSources);
        else
            out.address = text_of(value);
    });
    const bool webhook = out.source == Manifest::Event::Source::Webhook;
    if (node.is_mapping() &&
        (node.find("source") == nullptr || node.find(webhook ? "path" : "queue") == nullptr ||
         node.find(webhook ? "queue" : "path") != nullptr))
        complain(node, "expected {source: webhook, path: …} or {source: amqp, queue: …}");
    manifest_.events.push_back(std::move(out));
}

}  // namespace

std::variant<Manifest, Problems> parse_manifest(std::string_view file, std::string_view text) {
    return ManifestReader(file, text).run();
}

}  // namespace xos::schema
