#include "schema/invariant_reads.h"
#include "schema/schema_builder.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace xos::schema {
namespace {

bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\n");
    if (first == std::string_view::npos)
        return "";
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t end = text.find(separator);
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return out;
        text.remove_prefix(end + 1);
    }
}

/// One "policy: message" of a validators option.
struct ValidatorText {
    std::string_view policy;
    std::string message;
};

/// Splits "policy1: message, policy2: message"; a comma that is not followed by "name:" is part of
/// the message.
std::vector<ValidatorText> split_validators(std::string_view text) {
    std::vector<ValidatorText> out;
    for (std::string_view piece : split(text, ',')) {
        const std::size_t colon = piece.find(':');
        const std::string_view name = trimmed(piece.substr(0, colon));
        if (colon != std::string_view::npos && is_word(name))
            out.push_back({name, std::string(trimmed(piece.substr(colon + 1)))});
        else if (out.empty())
            out.push_back({"", std::string(piece)});
        else
            out.back().message += "," + std::string(piece);
    }
    return out;
}

/// The policies that `expression` applies to the very object that it is about, whose type has
/// `own` policies.
void collect_same_object(const Expression& expression, const std::vector<PolicyId>& own,
                         std::vector<PolicyId>& out) {
    if (expression.kind == Expression::Kind::Policy && expression.path.steps.empty() &&
        expression.path.root == Root::Object) {
        if (expression.policy == kOwnPolicies)
            out.insert(out.end(), own.begin(), own.end());
        else
            out.push_back(expression.policy);
    }
    for (const Expression& operand : expression.operands)
        collect_same_object(operand, own, out);
}

}  // namespace

std::vector<std::string_view> SchemaBuilder::policy_names() const {
    std::vector<std::string_view> names;
    for (const auto& entry : policies_by_name_)
        names.push_back(entry.second->name.text);
    return names;
}

/// By its name in `app`, else in the core, else in whatever service has one of that name.
const PolicySyntax* SchemaBuilder::find_policy(const Word& name, std::string_view app) {
    for (std::string_view owner : {app, std::string_view("core")}) {
        const auto at = policies_by_name_.find(std::string(owner) + "." + std::string(name.text));
        if (at != policies_by_name_.end())
            return at->second;
    }
    findings_.add(name.place, "there is no policy " + quoted(name.text) +
                                  did_you_mean(name.text, policy_names()));
    return nullptr;
}

std::optional<PolicyId> SchemaBuilder::policy_for(const Word& name, TypeId type,
                                                  std::string_view app) {
    if (name.empty())
        return std::nullopt;
    const PolicySyntax* policy = find_policy(name, app);
    if (policy == nullptr)
        return std::nullopt;
    const auto id = static_cast<PolicyId>(schema_->policies_.size());
    const auto [at, is_new] = policy_ids_.try_emplace({policy, type}, id);
    if (is_new) {
        schema_->policies_.push_back({.name = std::string(policy->name.text),
                                      .type = type,
                                      .expression = {},
                                      .text = std::string(trimmed(policy->text))});
        to_resolve_.emplace_back(policy, app);
    }
    return at->second;
}

Resolver::FindPolicy SchemaBuilder::policy_finder(std::string_view app) {
    return [this, app](const Word& name, TypeId type) { return policy_for(name, type, app); };
}

void SchemaBuilder::attach_policies(TypeId id) {
    Type& type = schema_->types_[id.value];
    Draft& draft = drafts_[id.value];
    if (const auto policy = policy_for(draft.syntax->policy, id, type.app))
        draft.policies.push_back(*policy);
    for (std::size_t i = 0; i < draft.fields.size(); ++i) {
        Field& field = type.fields[draft.positions[i]];
        field.read_policy = policy_for(draft.fields[i].read_policy, id, type.app);
        field.write_policy = policy_for(draft.fields[i].write_policy, id, type.app);
    }
    add_validators(id, draft.validators, &Type::validators);
    add_validators(id, draft.invariants, &Type::invariants);
}

/// Policies and validators of bases hold for what derives from them.
void SchemaBuilder::inherit_policies(TypeId id) {
    Type& type = schema_->types_[id.value];
    for (TypeId base : type.lineage) {
        const std::vector<PolicyId>& own = drafts_[base.value].policies;
        type.policies.insert(type.policies.end(), own.begin(), own.end());
    }
    const auto add = [](std::vector<Validator>& to, const std::vector<Validator>& from) {
        for (const Validator& validator : from) {
            const auto same = [&](const Validator& known) {
                return known.policy == validator.policy && known.message == validator.message;
            };
            if (std::none_of(to.begin(), to.end(), same))
                to.push_back(validator);
        }
    };
    for (TypeId base : drafts_[id.value].bases) {
        add(type.validators, schema_->types_[base.value].validators);
        add(type.invariants, schema_->types_[base.value].invariants);
    }
    if (id.value == 0)
        return;
    const Type& above = schema_->types_[type.base ? type.base->value : 0];
    for (std::size_t i = 0; i < above.fields.size(); ++i) {
        if (!type.fields[i].read_policy)
            type.fields[i].read_policy = above.fields[i].read_policy;
        if (!type.fields[i].write_policy)
            type.fields[i].write_policy = above.fields[i].write_policy;
    }
}

void SchemaBuilder::add_validators(TypeId id, const std::vector<OptionSyntax>& options,
                                   std::vector<Validator> Type::*member) {
    Type& type = schema_->types_[id.value];
    for (const OptionSyntax& option : options) {
        const Place place = option.value.place;
        for (const ValidatorText& text : split_validators(option.value.text)) {
            if (text.policy.empty()) {
                findings_.add(place, "validators are written \"policy: message, policy: message\"");
                continue;
            }
            if (const auto policy = policy_for({text.policy, place}, id, type.app)) {
                check_message(id, text.message, place);
                (type.*member).push_back({std::string(text.policy), *policy, text.message});
            }
        }
    }
}

/// Checks the {obj.field} places of a message.
void SchemaBuilder::check_message(TypeId id, std::string_view message, Place place) {
    Schema::Scope scope{
        .self = id, .names = Schema::Scope::Names::WithObj, .other = {}, .file = {}};
    Resolver resolver(*schema_, std::move(scope), policy_finder(app_of(id)), findings_);
    while (true) {
        const std::size_t open = message.find('{');
        const std::size_t close = message.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            return;
        std::vector<Word> words;
        for (std::string_view part : split(message.substr(open + 1, close - open - 1), '.'))
            words.push_back({trimmed(part), place});
        if (std::all_of(words.begin(), words.end(),
                        [](const Word& word) { return is_word(word.text); }))
            resolver.resolve_path(words);
        message.remove_prefix(close + 1);
    }
}

/// Resolving a policy can ask for others, which are then appended.
void SchemaBuilder::resolve_policies() {
    for (std::size_t i = 0; i < to_resolve_.size(); ++i) {
        const auto [syntax, app] = to_resolve_[i];
        Schema::Scope scope{.self = schema_->policies_[i].type,
                            .names = Schema::Scope::Names::WithObj,
                            .other = {},
                            .file = {}};
        Resolver resolver(*schema_, std::move(scope), policy_finder(app), findings_);
        Expression expression = resolver.resolve(syntax->expression);
        schema_->policies_[i].expression = std::move(expression);
    }
}

/// What a type's invariants read, and so when they have to be checked again. Those that it inherits
/// are read from objects of the base.
void SchemaBuilder::collect_invariant_reads(TypeId id) {
    for (Validator& invariant : schema_->types_[id.value].invariants) {
        const bool own = schema_->policy(invariant.policy).type == id;
        auto found = reads_of_invariant(*schema_, id, invariant.policy);
        if (const auto* why = std::get_if<std::string>(&found)) {
            if (own)
                findings_.add(invariant_place(id, invariant.name),
                              "invariant " + quoted(invariant.name) + ": " + *why);
            continue;
        }
        Reads& reads = std::get<Reads>(found);
        invariant.reports_only = reads.feedback;
        if (own && !reads.feedback)
            std::move(reads.reads.begin(), reads.reads.end(),
                      std::back_inserter(schema_->invariant_reads_));
    }
}

Place SchemaBuilder::invariant_place(TypeId id, std::string_view name) const {
    const Draft& draft = drafts_[id.value];
    for (const OptionSyntax& option : draft.invariants) {
        if (option.value.text.find(name) != std::string::npos)
            return option.value.place;
    }
    return draft.syntax->name.place;
}

/// A policy that asks itself about the same object has no answer.
void SchemaBuilder::find_endless_policies() {
    const auto& policies = schema_->policies_;
    std::vector<std::vector<PolicyId>> asks(policies.size());
    for (std::size_t i = 0; i < policies.size(); ++i)
        collect_same_object(policies[i].expression, schema_->type(policies[i].type).policies,
                            asks[i]);
    // Peels off what asks nothing that is left; whatever stays is part of a circle or asks one.
    std::vector<bool> ends(policies.size(), false);
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < policies.size(); ++i) {
            if (ends[i] || !std::all_of(asks[i].begin(), asks[i].end(),
                                        [&](PolicyId other) { return ends[other]; }))
                continue;
            ends[i] = changed = true;
        }
    }
    for (std::size_t i = 0; i < policies.size(); ++i) {
        if (!ends[i])
            findings_.add(
                to_resolve_[i].first->name.place,
                "policy " + quoted(policies[i].name) + " asks itself about the same object");
    }
}

}  // namespace xos::schema
