#include "recipe/document.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace xos::recipe {

namespace {

constexpr std::string_view kTypePrefix = "tosca.nodes.";
constexpr std::string_view kVersionKey = "tosca_definitions_version";
constexpr std::array<std::string_view, 4> kVersions{
    "tosca_simple_yaml_1_0", "tosca_simple_yaml_1_1", "tosca_simple_yaml_1_2",
    "tosca_simple_yaml_1_3"};
/// Of what a message quotes from the recipe, so many bytes at both ends are enough to find it.
constexpr std::size_t kLongestMessage = 600;
constexpr std::size_t kMessageEnd = 200;
/// Mistakes that are told, and those that are counted.
constexpr std::size_t kMostTold = 100;
constexpr std::size_t kMostKept = 10'000;

std::string shorten(std::string message) {
    if (message.size() <= kLongestMessage)
        return message;
    const auto is_inside = [&](std::size_t at) {
        return (static_cast<unsigned char>(message[at]) & 0xC0) == 0x80;
    };
    std::size_t begin = kMessageEnd;
    std::size_t end = message.size() - kMessageEnd;
    while (is_inside(begin))
        ++begin;
    while (is_inside(end))
        ++end;
    return message.substr(0, begin) + "…" + message.substr(end);
}

void check_members(const Yaml& node, const std::vector<std::string>& known, std::string_view of,
                   Mistakes& mistakes) {
    for (const Yaml::Member& member : node.members()) {
        if (std::find(known.begin(), known.end(), member.key) != known.end())
            continue;
        std::string message = "\"" + member.key + "\" is no part of " + std::string(of);
        if (const auto meant = closest(member.key, known))
            message += ", did you mean \"" + *meant + "\"?";
        mistakes.add(member.key_place, message);
    }
}

/// One entry of `requirements`: `- site: mysite`, or `- site: {node: mysite, relationship: …}`.
void parse_requirement(const Yaml& entry, NodeTemplate& into, Mistakes& mistakes) {
    if (!entry.is_mapping() || entry.members().size() != 1) {
        mistakes.add(entry.place(),
                     "a requirement is one link with its node, as in: - site: {node: mysite}");
        return;
    }
    const Yaml::Member& member = entry.members()[0];
    Requirement requirement{
        .name = member.key, .node = {}, .place = member.key_place, .node_place = {}};
    const Yaml* node = &member.value;
    if (node->is_mapping()) {
        check_members(*node, {"node", "relationship", "capability"}, "a requirement", mistakes);
        node = node->find("node");
    }
    if (!node || !node->is_scalar()) {
        mistakes.add(member.value.place(), "requirement \"" + member.key +
                                               "\" lacks \"node\", the template that it leads to");
        return;
    }
    requirement.node = node->scalar();
    requirement.node_place = node->place();
    into.requirements.push_back(std::move(requirement));
}

void parse_properties(const Yaml& properties, NodeTemplate& into, Mistakes& mistakes) {
    if (properties.is_null())
        return;
    if (!properties.is_mapping()) {
        mistakes.add(properties.place(), "properties are names with values");
        return;
    }
    for (const Yaml::Member& member : properties.members()) {
        if (member.key != "must-exist") {
            into.properties.push_back(&member);
            continue;
        }
        into.mentions_must_exist = true;
        const auto flag = member.value.as_bool();
        if (!flag)
            mistakes.add(member.value.place(), "must-exist is true or false");
        into.must_exist = flag.value_or(false);
    }
}

NodeTemplate parse_template(const Yaml::Member& member, Mistakes& mistakes) {
    NodeTemplate out{.name = member.key, .place = member.key_place, .type = {}};
    if (!member.value.is_mapping()) {
        mistakes.add(member.key_place, "template \"" + member.key +
                                           "\" lacks \"type\", as in: type: tosca.nodes.Slice");
        return out;
    }
    check_members(member.value,
                  {"type", "properties", "requirements", "description", "metadata", "interfaces",
                   "artifacts", "capabilities"},
                  "a template", mistakes);
    const Yaml* type = member.value.find("type");
    if (!type || !type->is_scalar()) {
        mistakes.add(member.key_place, "template \"" + member.key +
                                           "\" lacks \"type\", as in: type: tosca.nodes.Slice");
    } else if (type->scalar().rfind(kTypePrefix, 0) != 0) {
        mistakes.add(type->place(), "a type starts with tosca.nodes., as in tosca.nodes.Slice");
    } else {
        out.type = type->scalar().substr(kTypePrefix.size());
        out.type_place = type->place();
    }
    if (const Yaml* properties = member.value.find("properties"))
        parse_properties(*properties, out, mistakes);
    if (const Yaml* requirements = member.value.find("requirements")) {
        if (!requirements->is_sequence() && !requirements->is_null())
            mistakes.add(requirements->place(), "requirements are a list");
        for (const Yaml& entry : requirements->items())
            parse_requirement(entry, out, mistakes);
    }
    return out;
}

void check_version(const Yaml& root, Mistakes& mistakes) {
    std::string right(kVersionKey);
    right.append(": ").append(kVersions[0]);
    const Yaml* version = root.find(kVersionKey);
    if (!version)
        mistakes.add(root.place(), "a recipe starts with " + right);
    else if (std::find(kVersions.begin(), kVersions.end(), version->scalar()) == kVersions.end())
        mistakes.add(version->place(), "there is no version \"" + version->scalar() +
                                           "\" that can be read; " + right + " to 1_3 can");
}

void add_twins(const std::vector<Yaml::Twin>& twins, Mistakes& mistakes) {
    for (const Yaml::Twin& twin : twins)
        mistakes.add(twin.again, "\"" + twin.key + "\" is given twice, first in line " +
                                     std::to_string(twin.first.line));
}

/// "12:3: reason" as a place and a reason.
void add_parse_error(const Error& error, Mistakes& mistakes) {
    const auto pieces = split(error.message(), ':');
    const auto line = pieces.size() > 2 ? parse_int(pieces[0]) : std::nullopt;
    const auto column = pieces.size() > 2 ? parse_int(pieces[1]) : std::nullopt;
    if (!line || !column) {
        mistakes.add({}, error.message());
        return;
    }
    const std::size_t prefix = pieces[0].size() + pieces[1].size() + 2;
    mistakes.add({.line = static_cast<int>(*line), .column = static_cast<int>(*column)},
                 std::string(trim(std::string_view(error.message()).substr(prefix))));
}

}  // namespace

void Mistakes::add(Yaml::Place place, std::string message) {
    if (problems_.size() < kMostKept)
        problems_.push_back({.file = std::string(file_),
                             .line = place.line,
                             .column = place.column,
                             .message = shorten(std::move(message)),
                             .line_text = {}});
}

schema::Problems Mistakes::take() {
    std::stable_sort(problems_.begin(), problems_.end(), [](const auto& left, const auto& right) {
        return std::pair(left.line, left.column) < std::pair(right.line, right.column);
    });
    const std::size_t all = problems_.size();
    problems_.resize(std::min(all, kMostTold));
    const auto lines = split(text_, '\n');
    for (schema::Problem& problem : problems_) {
        if (problem.line > 0 && static_cast<std::size_t>(problem.line) <= lines.size())
            problem.show_line(lines[static_cast<std::size_t>(problem.line) - 1]);
    }
    if (all > kMostTold)
        problems_.push_back({.file = std::string(file_),
                             .message = "and " + std::to_string(all - kMostTold) + " more"});
    return std::move(problems_);
}

Document parse_document(std::string_view text, Mistakes& mistakes) {
    Document document;
    std::vector<Yaml::Twin> twins;
    auto root = Yaml::parse(text, twins);
    if (!root) {
        add_parse_error(root.error(), mistakes);
        return document;
    }
    document.root = std::move(root).value();
    add_twins(twins, mistakes);
    if (!document.root.is_mapping()) {
        mistakes.add(document.root.place(),
                     "a recipe starts with tosca_definitions_version: tosca_simple_yaml_1_0");
        return document;
    }
    check_version(document.root, mistakes);
    check_members(
        document.root,
        {"tosca_definitions_version", "imports", "description", "topology_template", "metadata"},
        "a recipe", mistakes);
    const Yaml* topology = document.root.find("topology_template");
    const Yaml* templates = topology ? topology->find("node_templates") : nullptr;
    if (!templates || !templates->is_mapping()) {
        mistakes.add(templates  ? templates->place()
                     : topology ? topology->place()
                                : document.root.place(),
                     "a recipe has topology_template with node_templates in it");
        return document;
    }
    for (const Yaml::Member& member : templates->members())
        document.templates.push_back(parse_template(member, mistakes));
    return document;
}

}  // namespace xos::recipe
