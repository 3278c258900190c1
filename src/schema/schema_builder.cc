#include "schema/schema_builder.h"

#include "schema/parser.h"
#include "schema/suggestion.h"
#include "schema/xos_base.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xos::schema {
namespace {

constexpr std::size_t kDeepestBase = 32;
constexpr std::string_view kRootName = "XOSBase";

/// Message options that only generators of the published compiler, or of protobuf, use.
constexpr std::array<std::string_view, 19> kIgnored = {"name",
                                                       "app_label",
                                                       "verbose_name_plural",
                                                       "custom_python",
                                                       "tosca_description",
                                                       "singular",
                                                       "sync_implemented",
                                                       "policy_implemented",
                                                       "skip_django",
                                                       "kind",
                                                       "custom_header",
                                                       "skip_init",
                                                       "legacy",
                                                       "go_package",
                                                       "optimize_for",
                                                       "deprecated",
                                                       "message_set_wire_format",
                                                       "allow_alias",
                                                       "no_standard_descriptor_accessor"};
constexpr std::array<std::string_view, 13> kKnown = {
    "abstract",   "actions",      "content",    "description",      "grants",
    "gui_hidden", "history",      "invariants", "owner_class_name", "plural",
    "validators", "verbose_name", "app_label"};
constexpr std::array<std::string_view, 6> kProtobufPrefixes = {"java_", "cc_",     "py_",
                                                               "objc_", "csharp_", "php_"};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 32);
    }
    return out;
}

/// Bases of the published system that only carry Python.
bool is_mixin(std::string_view name) {
    return lower(name).ends_with("mixin") || name == "AbstractBaseUser" || name == "PlCoreBase";
}

bool is_plural(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    std::string word;
    for (char c : text) {
        if (c != ' ' && c != ',') {
            word += c;
        } else if (!word.empty()) {
            out.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty())
        out.push_back(std::move(word));
    return out;
}

}  // namespace

SchemaBuilder::SchemaBuilder(std::vector<Source> sources) : schema_(new Schema()) {
    schema_->sources_ = std::move(sources);
}

std::variant<std::shared_ptr<const Schema>, Problems> SchemaBuilder::run() {
    parse();
    name_types();
    const auto count = static_cast<std::uint32_t>(drafts_.size());
    for (std::uint32_t i = 0; i < count; ++i)
        find_bases(TypeId{i});
    for (std::uint32_t i = 0; i < count; ++i)
        move_one_to_many(TypeId{i});
    for (std::uint32_t i = 0; i < count; ++i)
        visit(TypeId{i});
    for (TypeId id : base_first_) {
        set_lineage(id);
        lay_fields_out(id);
    }
    for (TypeId id : base_first_) {
        set_owner_default(id);
        set_default_types(id);
        add_relations(id);
    }
    for (TypeId id : base_first_)
        compose_relations(id);
    set_leaves();
    for (TypeId id : base_first_)
        attach_policies(id);
    for (TypeId id : base_first_)
        inherit_policies(id);
    resolve_policies();
    if (!findings_.empty())
        return findings_.take();
    find_endless_policies();
    if (!findings_.empty())
        return findings_.take();
    for (TypeId id : base_first_)
        collect_invariant_reads(id);
    if (!findings_.empty())
        return findings_.take();
    schema_->warnings_ = warnings_.take();
    return std::shared_ptr<const Schema>(std::move(schema_));
}

void SchemaBuilder::parse() {
    const auto add = [&](std::string_view file, std::string_view app, std::string_view text) {
        texts_.push_back({file, text});
        apps_.emplace_back(app);
        files_.push_back(parse_file(texts_.back(), findings_));
    };
    add("XOSBase", "core", xos_base_source());
    for (const Source& source : schema_->sources_)
        add(source.file, source.app, source.text);
    for (std::size_t i = 0; i < files_.size(); ++i) {
        for (const MessageSyntax& message : files_[i].messages)
            add_type(message, i);
        for (const PolicySyntax& policy : files_[i].policies) {
            const std::string name = apps_[i] + "." + std::string(policy.name.text);
            if (!policies_by_name_.emplace(name, &policy).second)
                findings_.add(policy.name.place,
                              "there is a policy " + quoted(policy.name.text) + " already");
        }
    }
}

void SchemaBuilder::add_type(const MessageSyntax& message, std::size_t file) {
    // Published core models declare the root too; this system has its own.
    if (message.name.text == kRootName && file > 0)
        return;
    Draft& draft = drafts_.emplace_back();
    draft.syntax = &message;
    draft.file = file;
    for (const FieldSyntax& field : message.fields) {
        if (field.link != LinkKind::OneToMany)
            draft.declared.push_back(&field);
    }
    Type& type = schema_->types_.emplace_back();
    type.id = TypeId{static_cast<std::uint32_t>(drafts_.size() - 1)};
    type.name = message.name.text;
    type.app = apps_[file];
    type.plural = lower(type.name) + "s";
    type.verbose_name = type.name;
}

void SchemaBuilder::name_types() {
    std::map<std::string, int> uses;
    for (const Type& type : schema_->types_) {
        if (!schema_->by_name_.emplace(type.full_name(), type.id).second)
            findings_.add(drafts_[type.id.value].syntax->name.place,
                          "there is a message " + quoted(type.name) + " already");
        ++uses[type.name];
    }
    for (const Type& type : schema_->types_) {
        if (uses[type.name] == 1)
            schema_->by_name_.emplace(type.name, type.id);
    }
    for (Type& type : schema_->types_) {
        apply_options(type.id);
        const Word& name = drafts_[type.id.value].syntax->name;
        if (!is_plural(type.plural))
            findings_.add(name.place, "the plural of a type has only letters and digits");
        if (!schema_->by_plural_.emplace(type.app + "/" + type.plural, type.id).second)
            findings_.add(name.place, "there is a type with the plural " + quoted(type.plural) +
                                          " already: give another by option plural");
    }
}

void SchemaBuilder::apply_options(TypeId id) {
    const Draft& draft = drafts_[id.value];
    for (const OptionSyntax& option : files_[draft.file].options)
        apply_option(id, option);
    for (const OptionSyntax& option : draft.syntax->options)
        apply_option(id, option);
}

void SchemaBuilder::apply_option(TypeId id, const OptionSyntax& option) {
    Type& type = schema_->types_[id.value];
    Draft& draft = drafts_[id.value];
    const std::string_view name = option.name.text;
    const auto flag = [&] { return read_bool(option, findings_); };
    if (name == "abstract") {
        type.abstract = flag();
    } else if (name == "grants") {
        type.grants = flag();
    } else if (name == "content") {
        type.content = flag();
    } else if (name == "gui_hidden") {
        type.gui_hidden = flag();
    } else if (name == "history") {
        type.history = flag();
    } else if (name == "plural") {
        type.plural = lower(option.value.text);
    } else if (name == "verbose_name") {
        type.verbose_name = option.value.text;
    } else if (name == "description") {
        type.description = option.value.text;
    } else if (name == "owner_class_name") {
        type.owner_class_name = option.value.text;
        draft.owner_class_place = option.value.place;
    } else if (name == "actions") {
        draft.actions = words_of(option.value.text);
    } else if (name == "validators" || name == "invariants") {
        (name == "validators" ? draft.validators : draft.invariants).push_back(option);
    } else if (!option.foreign &&
               std::find(kIgnored.begin(), kIgnored.end(), name) == kIgnored.end() &&
               std::none_of(kProtobufPrefixes.begin(), kProtobufPrefixes.end(),
                            [&](std::string_view prefix) { return name.starts_with(prefix); })) {
        findings_.add(option.name.place,
                      "there is no message option " + quoted(name) + did_you_mean(name, kKnown));
    }
}

/// `name` as written in a text of `app`: its own types first, then those of all.
std::optional<TypeId> SchemaBuilder::find_type(const Word& name, std::string_view app) {
    const std::string own = std::string(app) + "." + std::string(name.text);
    const Type* type = schema_->find_type(own);
    if (type == nullptr)
        type = schema_->find_type(name.text);
    if (type != nullptr)
        return type->id;
    std::vector<std::string_view> names;
    for (const Type& known : schema_->types_)
        names.push_back(known.name);
    const bool ambiguous = std::find(names.begin(), names.end(), name.text) != names.end();
    findings_.add(name.place, ambiguous ? "several services have a type " + quoted(name.text) +
                                              ": write service." + std::string(name.text)
                                        : "there is no type " + quoted(name.text) +
                                              did_you_mean(name.text, names));
    return std::nullopt;
}

void SchemaBuilder::find_bases(TypeId id) {
    Draft& draft = drafts_[id.value];
    for (const Word& word : draft.syntax->bases) {
        const bool known = schema_->find_type(word.text) != nullptr;
        if (word.text == kRootName || (!known && is_mixin(word.text)))
            continue;
        const auto base = find_type(word, app_of(id));
        if (base && base->value != 0)
            draft.bases.push_back(*base);
    }
}

/// Puts `id` behind its bases in `base_first_`.
void SchemaBuilder::visit(TypeId id) {
    Draft& draft = drafts_[id.value];
    if (draft.state != Draft::State::Waiting)
        return;
    draft.state = Draft::State::Busy;
    std::erase_if(draft.bases, [&](TypeId base) {
        visit(base);
        Draft& above = drafts_[base.value];
        const bool cycle = above.state == Draft::State::Busy;
        if (cycle)
            findings_.add(draft.syntax->name.place, quoted(draft.syntax->name.text) +
                                                        " is its own base, by way of " +
                                                        quoted(above.syntax->name.text));
        else
            draft.depth = std::max(draft.depth, above.depth + 1);
        return cycle;
    });
    if (draft.depth > kDeepestBase) {
        findings_.add(draft.syntax->name.place,
                      "more than " + std::to_string(kDeepestBase) + " bases above one another");
        draft.bases.clear();
        draft.depth = 0;
    }
    draft.state = Draft::State::Done;
    base_first_.push_back(id);
}

/// Itself and all its bases, nearest first.
void SchemaBuilder::set_lineage(TypeId id) {
    std::vector<TypeId>& lineage = schema_->types_[id.value].lineage;
    lineage.push_back(id);
    for (std::size_t i = 0; i < lineage.size(); ++i) {
        for (TypeId base : drafts_[lineage[i].value].bases) {
            if (std::find(lineage.begin(), lineage.end(), base) == lineage.end())
                lineage.push_back(base);
        }
    }
}

}  // namespace xos::schema
