#include "schema/invariant_reads.h"

#include "schema/suggestion.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace xos::schema {
namespace {

using Node = Expression::Kind;

constexpr int kDeepestPolicy = 8;
constexpr std::size_t kMostVariables = 64;
constexpr std::size_t kMostReads = 1000;

/// Walks an invariant with the policies that it applies, as if they were written out in it.
class Collector {
public:
    Collector(const Schema& schema, TypeId type) : schema_(schema), type_(type) {}

    std::variant<Reads, std::string> run(PolicyId policy) {
        walk(schema_.policy(policy).expression, Frame{});
        if (!mistake_.empty())
            return std::move(mistake_);
        return std::move(out_);
    }

private:
    /// What `obj` and the variables of the policy at hand are, seen from the invariant's object.
    struct Frame {
        Path object;                     ///< Root Object, or a Variable of `variables_`.
        std::vector<std::size_t> names;  ///< Of the policy's variables: positions in `variables_`.
        int depth = 0;
    };
    /// An object of a quantifier, and how it hangs on what is further out.
    struct Variable {
        TypeId type;
        Path here, there;
    };

    void refuse(std::string mistake) {
        if (mistake_.empty())
            mistake_ = std::move(mistake);
    }

    /// `path` from the invariant's object or a variable of `variables_`.
    std::optional<Path> translate(const Path& path, const Frame& frame) {
        Path out = path;
        if (path.root == Root::Variable) {
            out.variable = static_cast<std::uint8_t>(frame.names[path.variable]);
            return out;
        }
        if (path.root != Root::Object) {
            refuse("an invariant holds at all times and for everyone: " + quoted(path.text) +
                   " has no meaning there, only obj has");
            return std::nullopt;
        }
        out = frame.object;
        out.text = path.text;
        out.steps.insert(out.steps.end(), path.steps.begin(), path.steps.end());
        out.many = out.many || path.many;
        return out;
    }

    bool is_feedback(const Path& path) const {
        if (path.steps.empty() || path.steps.back().kind != Step::Kind::Field)
            return false;
        const Step& last = path.steps.back();
        const Type& type = schema_.type(last.type);
        if (last.index >= type.fields.size())
            return last.index == kReadyField;
        return type.fields[last.index].field_class == FieldClass::Feedback;
    }

    void add(const Path& path) {
        out_.feedback = out_.feedback || is_feedback(path);
        InvariantRead read{.type = type_, .hops = {}, .path = path};
        for (Path at = path; at.root == Root::Variable;) {
            const Variable& variable = variables_[at.variable];
            read.hops.push_back({variable.type, variable.here, variable.there});
            at = variable.there;
        }
        if (out_.reads.size() >= kMostReads)
            return refuse("an invariant has at most " + std::to_string(kMostReads) +
                          " paths, those of its policies included");
        out_.reads.push_back(std::move(read));
    }

    void walk(const Expression& node, const Frame& frame) {
        if (!mistake_.empty())
            return;
        if (node.kind == Node::Path) {
            if (const auto path = translate(node.path, frame))
                add(*path);
        } else if (node.kind == Node::Policy) {
            apply(node, frame);
        } else if (node.kind == Node::Exists || node.kind == Node::ForAll) {
            quantify(node, frame);
        } else {
            for (const Expression& operand : node.operands)
                walk(operand, frame);
        }
    }

    void apply(const Expression& node, const Frame& frame) {
        if (node.policy == kOwnPolicies)
            return refuse("an invariant names the policies that it applies: \"*(…)\" is none");
        if (frame.depth >= kDeepestPolicy)
            return refuse("an invariant has at most " + std::to_string(kDeepestPolicy) +
                          " policies inside one another, and none that asks itself");
        const auto object = translate(node.path, frame);
        if (!object)
            return;
        add(*object);
        walk(schema_.policy(node.policy).expression,
             Frame{.object = *object, .names = {}, .depth = frame.depth + 1});
    }

    void quantify(const Expression& node, Frame frame) {
        const std::size_t at = variables_.size();
        if (at >= kMostVariables)
            return refuse("an invariant has at most " + std::to_string(kMostVariables) +
                          " quantifiers, those of its policies included");
        variables_.push_back({node.quantified, {}, {}});
        frame.names.push_back(at);
        if (!join(node.operands[0], node.kind == Node::ForAll, frame)) {
            const std::string& name = schema_.type(node.quantified).name;
            return refuse("a change of any " + name + " would have every " +
                          schema_.type(type_).name +
                          " checked: say which are meant by an equality of links, as in " + name +
                          ".link = obj" + (node.kind == Node::ForAll ? " -> …" : " & …"));
        }
        Path self;
        self.root = Root::Variable;
        self.variable = static_cast<std::uint8_t>(at);
        add(self);
        walk(node.operands[0], frame);
    }

    /// Finds what ties the last variable to what is further out: an equality of links among the
    /// conditions that all have to hold.
    bool join(const Expression& node, bool premise, const Frame& frame) {
        if (node.kind == Node::Implies && premise)
            return join(node.operands[0], false, frame);
        if (node.kind == Node::And && !premise) {
            return std::any_of(
                node.operands.begin(), node.operands.end(),
                [&](const Expression& operand) { return join(operand, false, frame); });
        }
        const bool equality = node.kind == Node::Compare && (node.comparison == Comparison::Equal ||
                                                             node.comparison == Comparison::In);
        if (premise || !equality || node.operands[0].kind != Node::Path ||
            node.operands[1].kind != Node::Path)
            return false;
        const auto left = as_object(node.operands[0].path, frame);
        const auto right = as_object(node.operands[1].path, frame);
        return left && right && (tie(*left, *right) || tie(*right, *left));
    }

    /// The path to the object that `path` names, itself or by its id.
    std::optional<Path> as_object(const Path& path, const Frame& frame) {
        if (path.root != Root::Object && path.root != Root::Variable)
            return std::nullopt;
        auto out = translate(path, frame);
        if (!out || out->steps.empty() || out->steps.back().kind == Step::Kind::Relation)
            return out;
        const Step last = out->steps.back();
        if (last.index == kIdField) {
            out->steps.pop_back();
            return out;
        }
        const Type& type = schema_.type(last.type);
        const bool link =
            last.index < type.fields.size() && (type.fields[last.index].type == FieldType::Link ||
                                                type.fields[last.index].type == FieldType::LinkSet);
        return link ? out : std::nullopt;
    }

    bool tie(const Path& inner, const Path& outer) {
        const std::size_t last = variables_.size() - 1;
        const auto is_last = [&](const Path& path) {
            return path.root == Root::Variable && path.variable == last;
        };
        if (!is_last(inner) || is_last(outer))
            return false;
        variables_[last].here = inner;
        variables_[last].there = outer;
        return true;
    }

    const Schema& schema_;
    const TypeId type_;
    std::vector<Variable> variables_;
    Reads out_;
    std::string mistake_;
};

}  // namespace

std::variant<Reads, std::string> reads_of_invariant(const Schema& schema, TypeId type,
                                                    PolicyId policy) {
    return Collector(schema, type).run(policy);
}

}  // namespace xos::schema
