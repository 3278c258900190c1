#pragma once

#include "base/yaml.h"
#include "schema/problem.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::recipe {

/// Mistakes of one text, with the lines they are in.
class Mistakes {
public:
    /// Both must outlive it.
    Mistakes(std::string_view file, std::string_view text) : file_(file), text_(text) {}

    void add(Yaml::Place place, std::string message);
    bool empty() const { return problems_.empty(); }
    /// In the order of their places; of very many the first, and how many there are more.
    schema::Problems take();

private:
    std::string_view file_, text_;
    schema::Problems problems_;
};

/// A requirement of a template: link `name` leads to template `node`.
struct Requirement {
    std::string name;
    std::string node;
    Yaml::Place place, node_place;
};

/// One of `node_templates` as it is written. Properties borrow from the document.
struct NodeTemplate {
    std::string name;
    Yaml::Place place;
    std::string type;  ///< Without "tosca.nodes.": "Slice", or "vsg.VSGService".
    Yaml::Place type_place;
    std::vector<const Yaml::Member*> properties;  ///< Without must-exist.
    std::vector<Requirement> requirements;
    bool mentions_must_exist = false;
    bool must_exist = false;
};

/// A recipe as it is written: its templates in their order. docs/reference/tosca.md has the form.
struct Document {
    Yaml root;
    std::vector<NodeTemplate> templates;
};

/// Reads `text`; what is wrong with its form goes to `mistakes`.
Document parse_document(std::string_view text, Mistakes& mistakes);

}  // namespace xos::recipe
