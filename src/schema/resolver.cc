#include "schema/resolver.h"

#include "base/text.h"
#include "base/wall_clock.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>

namespace xos::schema {
namespace {

using Node = Expression::Kind;

/// Quantifiers inside one another; a path counts its variable in one byte, and no person reads
/// more.
constexpr std::size_t kMostVariables = 16;

struct ContextName {
    std::string_view name;
    Root root;
};
constexpr std::array<ContextName, 8> kContext = {{{"user", Root::User},
                                                  {"service", Root::Service},
                                                  {"old", Root::Old},
                                                  {"read_access", Root::ReadAccess},
                                                  {"write_access", Root::WriteAccess},
                                                  {"create", Root::Create},
                                                  {"delete", Root::Delete},
                                                  {"field", Root::Field}}};

std::string joined(const std::vector<Word>& words) {
    std::string out;
    for (const Word& word : words)
        out += (out.empty() ? "" : ".") + std::string(word.text);
    return out;
}

}  // namespace

Resolver::Resolver(const Schema& schema, Schema::Scope scope, FindPolicy find_policy,
                   Findings& findings)
    : schema_(schema),
      scope_(std::move(scope)),
      find_policy_(std::move(find_policy)),
      findings_(findings) {
    if (scope_.other)
        variables_.emplace_back("", *scope_.other);
}

Expression Resolver::resolve(const ExpressionSyntax& syntax) {
    Expression out;
    out.kind = syntax.kind;
    switch (syntax.kind) {
        case Node::Literal: out.literal = syntax.literal; break;
        case Node::Path: out.path = path(syntax.path).path; break;
        case Node::Not:
        case Node::And:
        case Node::Or:
        case Node::Implies:
            for (const ExpressionSyntax& operand : syntax.operands)
                out.operands.push_back(resolve(operand));
            break;
        case Node::Compare: return comparison(syntax);
        case Node::Exists:
        case Node::ForAll: return quantifier(syntax);
        case Node::Policy: return policy_call(syntax);
    }
    return out;
}

std::optional<Path> Resolver::resolve_path(const std::vector<Word>& words) {
    Resolved out = path(words);
    if (out.kind.form == Kind::Form::Unknown)
        return std::nullopt;
    return std::move(out.path);
}

Resolver::Resolved Resolver::path(const std::vector<Word>& words) {
    Resolved out;
    out.path.text = joined(words);
    const std::size_t first = words.empty() ? 0 : start(words, out);
    for (std::size_t i = first; i < words.size() && out.kind.form != Kind::Form::Unknown; ++i) {
        if (!step(words[i], out))
            out.kind = {};
    }
    return out;
}

/// Finds where the path starts and returns how many of its words that takes.
std::size_t Resolver::start(const std::vector<Word>& words, Resolved& out) {
    const std::string_view first = words.front().text;
    for (std::size_t i = variables_.size(); i-- > 0;) {
        if (variables_[i].first == first) {
            out.path.root = Root::Variable;
            out.path.variable = static_cast<std::uint8_t>(i);
            out.kind = {Kind::Form::Object, variables_[i].second};
            return 1;
        }
    }
    if (first == "obj") {
        out.kind = {Kind::Form::Object, scope_.self};
        return 1;
    }
    if (first == "ctx")
        return start_context(words, out);
    return start_bare(words, out);
}

std::size_t Resolver::start_context(const std::vector<Word>& words, Resolved& out) {
    const std::string_view name = words.size() > 1 ? words[1].text : "";
    const auto* entry = std::find_if(kContext.begin(), kContext.end(),
                                     [&](const ContextName& known) { return known.name == name; });
    if (entry == kContext.end()) {
        std::vector<std::string_view> names;
        for (const ContextName& known : kContext)
            names.push_back(known.name);
        findings_.add(words[words.size() > 1 ? 1 : 0].place,
                      "\"ctx\" has user, service, old, read_access, write_access, create, delete "
                      "and field, not " +
                          quoted(name) + did_you_mean(name, names));
        return words.size();
    }
    out.path.root = entry->root;
    if (entry->root == Root::User || entry->root == Root::Service) {
        const std::string_view type_name = entry->root == Root::User ? "User" : "Service";
        const Type* type = schema_.find_type("core." + std::string(type_name));
        if (type == nullptr)
            type = schema_.find_type(type_name);
        if (type != nullptr)
            out.kind = {Kind::Form::Object, type->id};
        else
            findings_.add(words[1].place, "there is no type " + quoted(type_name));
    } else if (entry->root == Root::Old) {
        out.kind = {Kind::Form::Object, scope_.self};
    } else {
        out.kind.form = entry->root == Root::Field ? Kind::Form::String : Kind::Form::Bool;
    }
    return 2;
}

/// A bare name is a field: of the object, or of the other object where there is one.
std::size_t Resolver::start_bare(const std::vector<Word>& words, Resolved& out) {
    const bool other = scope_.other.has_value();
    const TypeId type = other ? *scope_.other : scope_.self;
    if (scope_.names == Schema::Scope::Names::Bare) {
        out.path.root = other ? Root::Variable : Root::Object;
        out.kind = {Kind::Form::Object, type};
        return 0;
    }
    const Type& self = schema_.type(type);
    const std::string_view name = words.front().text;
    if (self.find_field_index(name) || self.find_relation(name) != nullptr) {
        findings_.add(words.front().place, quoted(name) + " is a field of the object: write " +
                                               quoted("obj." + std::string(name)));
        return words.size();
    }
    std::vector<std::string_view> names = {"obj", "ctx"};
    for (const auto& variable : variables_)
        names.push_back(variable.first);
    findings_.add(words.front().place,
                  "a path starts with obj, ctx or the type of a quantifier, not " + quoted(name) +
                      did_you_mean(name, names));
    return words.size();
}

bool Resolver::step(const Word& name, Resolved& out) {
    if (name.empty())
        return false;
    if (out.kind.form != Kind::Form::Object) {
        findings_.add(name.place, describe(out.kind) + " has no " + quoted(name.text));
        return false;
    }
    const Type& type = schema_.type(out.kind.type);
    if (const auto index = type.find_field_index(name.text)) {
        field_step(type, *index, out);
        // `site_id` is the id of `site`.
        if (*index < type.fields.size() && type.fields[*index].name != name.text)
            field_step(schema_.type(out.kind.type), kIdField, out);
        return true;
    }
    const Relation* relation = type.find_relation(name.text);
    if (relation == nullptr)
        return unknown_name(name, type, "");
    const auto index = static_cast<std::uint16_t>(relation - type.relations.data());
    out.path.steps.push_back({Step::Kind::Relation, type.id, index});
    out.path.many = true;
    out.kind = {Kind::Form::Object, relation->target};
    if (relation->name != name.text)
        field_step(schema_.type(relation->target), kIdField, out);
    return true;
}

void Resolver::field_step(const Type& type, FieldIndex index, Resolved& out) {
    out.path.steps.push_back({Step::Kind::Field, type.id, index});
    if (index >= type.fields.size()) {
        out.kind = {index == kIdField      ? Kind::Form::Number
                    : index == kReadyField ? Kind::Form::Bool
                                           : Kind::Form::String,
                    {}};
        return;
    }
    static constexpr std::array<Kind::Form, 9> kForms = {
        Kind::Form::Bool,   Kind::Form::Number, Kind::Form::Number,
        Kind::Form::String, Kind::Form::Time,   Kind::Form::Json,
        Kind::Form::Json,   Kind::Form::Object, Kind::Form::Object};
    const Field& field = type.fields[index];
    out.kind = {kForms[static_cast<std::size_t>(field.type)], field.target};
    out.kind.secret = field.secret || field.hashed;
    out.path.many = out.path.many || field.type == FieldType::LinkSet;
}

bool Resolver::unknown_name(const Word& name, const Type& type, std::string_view) {
    std::vector<std::string_view> names = {"id", "ready", "leaf_model_name"};
    for (const Field& field : type.fields)
        names.push_back(field.name);
    for (const Relation& relation : type.relations)
        names.push_back(relation.name);
    findings_.add(name.place, quoted(type.name) + " has no field " + quoted(name.text) +
                                  did_you_mean(name.text, names));
    return false;
}

const Type* Resolver::find_type(const std::vector<Word>& words) {
    const std::string name = joined(words);
    const Type* type = schema_.find_type(schema_.type(scope_.self).app + "." + name);
    if (type == nullptr)
        type = schema_.find_type(name);
    if (type != nullptr || name.empty())
        return type;
    std::vector<std::string_view> names;
    for (const Type& known : schema_.types())
        names.push_back(known.name);
    findings_.add(words.front().place,
                  "there is no type " + quoted(name) + did_you_mean(name, names));
    return nullptr;
}

Expression Resolver::quantifier(const ExpressionSyntax& syntax) {
    Expression out;
    out.kind = syntax.kind;
    const Type* type = find_type(syntax.quantified);
    if (type == nullptr)
        return out;
    if (variables_.size() >= kMostVariables) {
        findings_.add(syntax.place, "more than " + std::to_string(kMostVariables) +
                                        " quantifiers inside one another");
        return out;
    }
    out.quantified = type->id;
    const Word& name = syntax.variable.empty() ? syntax.quantified.back() : syntax.variable;
    if (name.text == "obj" || name.text == "ctx")
        findings_.add(name.place, quoted(name.text) + " has a meaning of its own: choose another");
    variables_.emplace_back(name.text, type->id);
    for (const ExpressionSyntax& operand : syntax.operands)
        out.operands.push_back(resolve(operand));
    variables_.pop_back();
    return out;
}

Expression Resolver::policy_call(const ExpressionSyntax& syntax) {
    Expression out;
    out.kind = Node::Policy;
    // `*site_policy(site)` of the published language: a bare name is a field of the object.
    std::vector<Word> words = syntax.path;
    const bool bare = scope_.names == Schema::Scope::Names::WithObj && !words.empty() &&
                      words.front().text != "obj" && words.front().text != "ctx" &&
                      std::none_of(variables_.begin(), variables_.end(), [&](const auto& variable) {
                          return variable.first == words.front().text;
                      });
    if (bare)
        words.insert(words.begin(), Word{"obj", words.front().place});
    Resolved resolved = path(words);
    if (resolved.kind.form == Kind::Form::Unknown)
        return out;
    const Place place = syntax.path.front().place;
    if (resolved.kind.form != Kind::Form::Object) {
        findings_.add(place, "a policy is applied to an object, " + quoted(resolved.path.text) +
                                 " is " + describe(resolved.kind));
    } else if (resolved.path.many) {
        findings_.add(
            place, quoted(resolved.path.text) + " can have several values: use exists or forall");
    } else if (syntax.policy.empty()) {
        out.policy = kOwnPolicies;
        out.path = std::move(resolved.path);
    } else if (const auto policy = find_policy_(syntax.policy, resolved.kind.type)) {
        out.policy = *policy;
        out.path = std::move(resolved.path);
    }
    return out;
}

Resolver::Operand Resolver::operand(const ExpressionSyntax& syntax) {
    Operand out;
    out.place = syntax.place;
    out.expression.kind = syntax.kind;
    if (syntax.kind == Node::Path) {
        Resolved resolved = path(syntax.path);
        out.expression.path = std::move(resolved.path);
        out.kind = resolved.kind;
    } else if (syntax.kind == Node::Literal) {
        static constexpr std::array<Kind::Form, 7> kForms = {
            Kind::Form::Null,   Kind::Form::Bool,    Kind::Form::Number, Kind::Form::Number,
            Kind::Form::String, Kind::Form::Unknown, Kind::Form::Unknown};
        out.expression.literal = syntax.literal;
        out.kind.form = kForms[syntax.literal.index()];
    } else if (syntax.kind != Node::Not) {  // The parser has reported that one.
        findings_.add(syntax.place,
                      "a comparison is between paths and values: put the rest into ( )");
    }
    return out;
}

Expression Resolver::comparison(const ExpressionSyntax& syntax) {
    Expression out;
    out.kind = Node::Compare;
    out.comparison = syntax.comparison;
    Operand left = operand(syntax.operands[0]);
    Operand right = operand(syntax.operands[1]);
    read_time(left, right);
    read_time(right, left);
    check(syntax, left, right);
    out.operands.push_back(std::move(left.expression));
    out.operands.push_back(std::move(right.expression));
    return out;
}

/// Beside a date a string is a date.
void Resolver::read_time(Operand& side, const Operand& other) {
    const auto* text = std::get_if<std::string>(&side.expression.literal);
    if (text == nullptr || other.kind.form != Kind::Form::Time)
        return;
    const auto time = parse_time(*text);
    if (!time)
        findings_.add(side.place, quoted(*text) + " is no date: write it as 2030-01-31T12:00:00Z");
    side.kind.form = time ? Kind::Form::Time : Kind::Form::Unknown;
    side.expression.literal = time ? to_microseconds(*time) : 0;
}

void Resolver::check(const ExpressionSyntax& syntax, const Operand& left, const Operand& right) {
    using Form = Kind::Form;
    if (left.kind.form == Form::Unknown || right.kind.form == Form::Unknown)
        return;
    if (syntax.comparison == Comparison::In)
        return check_in(left, right);
    for (const Operand* side : {&left, &right}) {
        if (side->expression.path.many) {
            const std::string& text = side->expression.path.text;
            return findings_.add(
                side->place,
                quoted(text) + " can have several values: write \"… in " + text + "\"");
        }
    }
    const bool null = left.kind.form == Form::Null || right.kind.form == Form::Null;
    const bool equality =
        syntax.comparison == Comparison::Equal || syntax.comparison == Comparison::NotEqual;
    if (null && !equality)
        return findings_.add(syntax.place, "null has no order: only = and != take it");
    if (!null && (left.kind.secret || right.kind.secret))
        return findings_.add(syntax.place, "a secret can only be compared with null");
    if (!null && !comparable(left.kind, right.kind)) {
        return findings_.add(syntax.place, "cannot compare " + describe(left.kind) + " with " +
                                               describe(right.kind));
    }
    const bool ordered = left.kind.form == Form::Number || left.kind.form == Form::String ||
                         left.kind.form == Form::Time;
    if (!equality && !ordered)
        findings_.add(syntax.place, describe(left.kind) + " has no order: only = and != take it");
}

void Resolver::check_in(const Operand& left, const Operand& right) {
    if (left.expression.path.many)
        return findings_.add(left.place, quoted(left.expression.path.text) +
                                             " can have several values: \"in\" takes one");
    if (right.expression.kind != Node::Path || !right.expression.path.many)
        return findings_.add(right.place,
                             "\"in\" needs a path that can have several values behind it");
    if (left.kind.form == Kind::Form::Null || !comparable(left.kind, right.kind))
        findings_.add(left.place, describe(left.kind) + " cannot be among the values of " +
                                      quoted(right.expression.path.text) + ", each is " +
                                      describe(right.kind));
}

bool Resolver::comparable(const Kind& left, const Kind& right) const {
    if (left.form != right.form || left.form == Kind::Form::Json)
        return false;
    return left.form != Kind::Form::Object || schema_.is_a(left.type, right.type) ||
           schema_.is_a(right.type, left.type);
}

std::string Resolver::describe(const Kind& kind) const {
    static constexpr std::array<std::string_view, 7> kWords = {
        "something unknown", "null", "True or False", "a number", "a string", "a date", "JSON"};
    if (kind.form == Kind::Form::Object)
        return "a link to " + schema_.type(kind.type).name;
    return std::string(kWords[static_cast<std::size_t>(kind.form)]);
}

}  // namespace xos::schema
