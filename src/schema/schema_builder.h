#pragma once

#include "schema/field_builder.h"
#include "schema/resolver.h"
#include "schema/schema.h"
#include "schema/syntax.h"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xos::schema {

/// Makes one schema of parsed texts, in passes over all types: names, bases, fields, links, keys,
/// policies. Each pass goes on with what it can after a mistake, so that all are found.
/// Used once.
class SchemaBuilder {
public:
    explicit SchemaBuilder(std::vector<Source> sources);

    std::variant<std::shared_ptr<const Schema>, Problems> run();

private:
    /// What is known of a type beside what the schema keeps.
    struct Draft {
        const MessageSyntax* syntax = nullptr;
        std::size_t file = 0;
        std::vector<const FieldSyntax*> declared;
        std::vector<TypeId> bases;  ///< As written; XOSBase and mixins left out.
        enum class State : std::uint8_t { Waiting, Busy, Done } state = State::Waiting;
        std::size_t depth = 0;  ///< Bases above it.
        TypeId fields_owner;    ///< The nearest of its lineage that declares fields.
        std::vector<FieldDraft> fields;
        std::vector<FieldIndex> positions;  ///< Of each of `fields`; kNoPosition when left out.
        std::vector<Relation> relations;    ///< Its own.
        std::vector<PolicyId> policies;     ///< Its own.
        std::vector<OptionSyntax> validators, invariants;
        std::vector<std::string> actions;
        Place owner_class_place;
    };
    static constexpr FieldIndex kNoPosition = 0xffff;

    // schema_builder.cc
    void parse();
    void add_type(const MessageSyntax& message, std::size_t file);
    void name_types();
    void apply_options(TypeId id);
    void apply_option(TypeId id, const OptionSyntax& option);
    void find_bases(TypeId id);
    void set_lineage(TypeId id);
    std::optional<TypeId> find_type(const Word& name, std::string_view app);
    void visit(TypeId id);
    std::string_view app_of(TypeId id) const { return schema_->types_[id.value].app; }

    // schema_fields.cc
    void move_one_to_many(TypeId id);
    void lay_fields_out(TypeId id);
    void place_field(TypeId id, FieldDraft draft);
    void add_generated(TypeId id, std::string name, FieldType type);
    void add_any_link(TypeId id);
    void set_owner_default(TypeId id);
    void set_default_types(TypeId id);
    void replace_field(TypeId id, FieldIndex index, const FieldDraft& draft);
    bool resolve_target(TypeId id, FieldDraft& draft);
    void order_names(TypeId id);
    void add_keys(TypeId id);
    void add_key(TypeId id, std::vector<FieldIndex> fields);

    // schema_links.cc
    bool is_implicit_through(TypeId id, const FieldSyntax& field) const;
    void add_relations(TypeId id);
    void add_through(TypeId id, const FieldSyntax& field);
    std::optional<FieldIndex> find_link(const Type& from, TypeId to,
                                        std::optional<FieldIndex> except) const;
    void add_relation(TypeId to, Relation relation, Place place);
    void compose_relations(TypeId id);
    void set_leaves();

    // schema_policies.cc
    void attach_policies(TypeId id);
    void inherit_policies(TypeId id);
    void add_validators(TypeId id, const std::vector<OptionSyntax>& options,
                        std::vector<Validator> Type::*member);
    void check_message(TypeId id, std::string_view message, Place place);
    std::optional<PolicyId> policy_for(const Word& name, TypeId type, std::string_view app);
    const PolicySyntax* find_policy(const Word& name, std::string_view app);
    void resolve_policies();
    void find_endless_policies();
    void collect_invariant_reads(TypeId id);
    Place invariant_place(TypeId id, std::string_view name) const;
    Resolver::FindPolicy policy_finder(std::string_view app);
    std::vector<std::string_view> policy_names() const;

    Findings findings_;
    Findings warnings_;
    std::shared_ptr<Schema> schema_;
    std::deque<SourceText> texts_;
    std::deque<FileSyntax> files_;
    std::vector<std::string> apps_;  ///< Of each file.
    std::deque<FieldSyntax> moved_;  ///< Fields made of the other side of a onetomany.
    std::deque<std::string> moved_targets_;
    std::vector<Draft> drafts_;
    std::vector<TypeId> base_first_;  ///< All types, each behind its bases.

    std::map<std::string, const PolicySyntax*, std::less<>> policies_by_name_;  ///< "core.x"
    std::map<std::pair<const PolicySyntax*, TypeId>, PolicyId> policy_ids_;
    std::vector<std::pair<const PolicySyntax*, std::string_view>> to_resolve_;  ///< With the app.
};

}  // namespace xos::schema
