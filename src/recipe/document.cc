#include "recipe/document.h"

#include "base/text.h"

#include <algorithm>

namespace xos::recipe {

namespace {

constexpr std::string_view kTypePrefix = "tosca.nodes.";

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
        mistakes.add(member.value.place(), "template \"" + member.key +
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
    schema::Problem problem{.file = std::string(file_),
                            .line = place.line,
                            .column = place.column,
                            .message = std::move(message),
                            .line_text = {}};
    const auto lines = split(text_, '\n');
    if (place.line > 0 && static_cast<std::size_t>(place.line) <= lines.size())
        problem.line_text = lines[static_cast<std::size_t>(place.line) - 1];
    problems_.push_back(std::move(problem));
}

schema::Problems Mistakes::take() {
    std::stable_sort(problems_.begin(), problems_.end(), [](const auto& left, const auto& right) {
        return std::pair(left.line, left.column) < std::pair(right.line, right.column);
    });
    return std::move(problems_);
}

Document parse_document(std::string_view text, Mistakes& mistakes) {
    Document document;
    auto root = Yaml::parse(text);
    if (!root) {
        add_parse_error(root.error(), mistakes);
        return document;
    }
    document.root = std::move(root).value();
    if (!document.root.is_mapping()) {
        mistakes.add(document.root.place(), "a recipe starts with tosca_definitions_version");
        return document;
    }
    check_members(
        document.root,
        {"tosca_definitions_version", "imports", "description", "topology_template", "metadata"},
        "a recipe", mistakes);
    const Yaml* topology = document.root.find("topology_template");
    const Yaml* templates = topology ? topology->find("node_templates") : nullptr;
    if (!templates || !templates->is_mapping()) {
        mistakes.add(topology ? topology->place() : document.root.place(),
                     "a recipe has topology_template with node_templates in it");
        return document;
    }
    for (const Yaml::Member& member : templates->members())
        document.templates.push_back(parse_template(member, mistakes));
    return document;
}

}  // namespace xos::recipe
