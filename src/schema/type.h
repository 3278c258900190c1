#pragma once

#include "schema/expression.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::schema {

enum class FieldType : std::uint8_t {
    Bool,
    Int,  ///< int32, uint32 and int64; `min_value` and `max_value` hold the range.
    Double,
    String,
    Time,  ///< A string field with `content_type = "date"`.
    Json,  ///< Any JSON value, kept as text.
    Map,   ///< String to string, kept as JSON text.
    Link,
    LinkSet,  ///< A many-to-many without a through model.
};
enum class FieldClass : std::uint8_t { Declarative, Feedback, Bookkeeping };
enum class OnDelete : std::uint8_t { Protect, Cascade, Clear };
enum class Format : std::uint8_t { Any, Stripped, Url, Ip };
/// Defaults that are computed when an object is made.
enum class DefaultFunction : std::uint8_t {
    None,
    Now,
    Null,
    First,      ///< The live object of `default_type` with the lowest id.
    Preferred,  ///< The first one whose field `default` is True, else as First.
    Only,       ///< The live object of `default_type`, when there is exactly one.
};

/// One field of a type, or one link.
struct Field {
    std::string name;      ///< "site"; see `api_name`.
    std::string api_name;  ///< "site"; "site_id" for a Link, "sites_ids" for a LinkSet.
    FieldType type = FieldType::String;
    FieldClass field_class = FieldClass::Declarative;
    /// May not be null; a string may not be empty unless `blank`. A field that is `allocated` too
    /// may be unset in a request, and is set once the rules have run.
    bool required = false;
    bool blank = true;
    Value default_value;
    DefaultFunction default_function = DefaultFunction::None;
    TypeId default_type;                                       ///< Of First, Preferred and Only.
    std::vector<std::pair<std::string, std::string>> choices;  ///< Value and label.
    std::optional<std::int64_t> max_length;
    std::optional<double> min_value, max_value;
    Format format = Format::Any;
    bool text = false, db_index = false, tosca_key = false, immutable = false, allocated = false;
    bool secret = false, hashed = false, history = true, gui_hidden = false, auto_now_add = false;
    bool one_to_one = false;
    std::string verbose_name, help_text, tosca_key_one_of;

    TypeId target;  ///< Of a Link or LinkSet, like the next two.
    OnDelete on_delete = OnDelete::Protect;
    std::string reverse_name;  ///< Empty when the other side has no name for it.

    std::optional<PolicyId> read_policy, write_policy;
};

/// The many-valued side of links: who links here, or who is joined with this through another type.
struct Relation {
    std::string name;      ///< "ports"
    std::string api_name;  ///< "ports_ids"
    TypeId target;         ///< Type of the members.
    TypeId via;            ///< Type that holds the link to here: `target`, or the through type.
    FieldIndex near = 0;   ///< Field of `via` that links here.
    std::optional<FieldIndex> far;  ///< With a through type: its field that links to the member.
};

/// Fields whose values together no two live objects may share. An object with a null among them
/// shares with nobody.
struct Key {
    std::vector<FieldIndex> fields;
};

/// A check of the whole object with the message that a refusal shows.
struct Validator {
    std::string name;
    PolicyId policy = 0;
    std::string message;  ///< May hold {obj.field} places.
    /// Of an invariant: it reads what back-ends report, so it can be found broken but never
    /// refuses.
    bool reports_only = false;
};

/// One link to an object of any type, which the two fields name in their way; always all three.
struct AnyLink {
    FieldIndex type_name = 0;  ///< `content_type`: "core.Slice".
    FieldIndex id = 0;         ///< `object_id`.
    FieldIndex link = 0;       ///< `content_object`.
};

/// An object type.
struct Type {
    TypeId id;
    std::string name;    ///< "Slice"
    std::string app;     ///< "core": the service that owns the type.
    std::string plural;  ///< "slices", as in URLs.
    std::string verbose_name, description;
    bool abstract = false, grants = false, content = false, gui_hidden = false;
    std::optional<TypeId> base;   ///< The base whose fields come first, XOSBase aside.
    std::vector<TypeId> lineage;  ///< Itself, then all its bases, nearest first; XOSBase left out.
    std::vector<TypeId>
        leaves;  ///< The types that are not abstract among itself and those derived from it.
    std::vector<Field> fields;        ///< Base fields first, at the same position as in the base.
    std::vector<Relation> relations;  ///< Those of bases first.
    std::vector<Key> keys;
    std::vector<FieldIndex> natural_key;
    std::vector<PolicyId> policies;  ///< Its own and those of its bases; all must allow.
    std::vector<Validator> validators;
    std::vector<Validator> invariants;  ///< Checked also when an object that they read changes.
    std::optional<AnyLink> any_link;
    std::string owner_class_name;
    std::vector<std::string> actions;  ///< Operations that are no field, those of bases first.
    bool history = true;               ///< Whether versions of its objects are kept.
    /// For looking fields up: 2 × index + 1 of each field by its API name, 2 × index by its name,
    /// in the order of the names.
    std::vector<std::uint16_t> field_order;

    /// "core.Slice"
    std::string full_name() const { return app + "." + name; }
    /// The stored field called `name` (as declared, or as in the API), or nullptr.
    const Field* find_field(std::string_view name) const;
    /// The same as an index, the computed fields included.
    std::optional<FieldIndex> find_field_index(std::string_view name) const;
    const Relation* find_relation(std::string_view name) const;
};

}  // namespace xos::schema
