#pragma once

#include "schema/problem.h"
#include "schema/type.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace xos::schema {

/// One xproto text.
struct Source {
    std::string file;  ///< For messages: "core.xproto".
    std::string app;   ///< The service that owns its types: "core".
    std::string text;
};

/// A named policy as it reads for objects of one type.
struct Policy {
    std::string name;
    TypeId type;
    Expression expression;
    std::string text;  ///< As written.
};

/// Something that an invariant of `type` reads: when it changes, the invariants of some objects of
/// `type` have to be checked again.
struct InvariantRead {
    /// From an object of a quantifier, `here` leads to an object that `there` leads to as well,
    /// from what is one quantifier further out, or in the end from the object of the invariant.
    struct Hop {
        TypeId type;  ///< What the quantifier ranges over.
        Path here, there;
    };
    TypeId type;
    std::vector<Hop> hops;  ///< From the innermost quantifier outwards.
    Path path;              ///< What is read, from the innermost quantifier or from the object.
};

/// All object types of a system, checked and with every name resolved.
///
/// Immutable; may be read from many threads.
class Schema {
public:
    /// The schema of all sources together and XOSBase, or everything that is wrong with them.
    static std::variant<std::shared_ptr<const Schema>, Problems> build(std::vector<Source> sources);

    /// In the order of their ids; the first is XOSBase, which is abstract and a base of all.
    std::span<const Type> types() const { return types_; }
    const Type& type(TypeId id) const { return types_[id.value]; }
    /// By "Slice" where that is unique, or "core.Slice"; nullptr when there is none.
    const Type* find_type(std::string_view name) const;
    /// By "core" and "slices", as in URLs.
    const Type* find_plural(std::string_view app, std::string_view plural) const;
    /// Whether an object of `type` is one of `base` too.
    bool is_a(TypeId type, TypeId base) const;

    const Policy& policy(PolicyId id) const { return policies_[id]; }
    std::span<const Policy> policies() const { return policies_; }

    /// How objects that invariants read lead to those whose invariants they are.
    std::span<const InvariantRead> invariant_reads() const { return invariant_reads_; }

    /// What was taken but may not be what was meant.
    const Problems& warnings() const { return warnings_; }

    /// The texts it was built from, XOSBase aside.
    std::span<const Source> sources() const { return sources_; }

    /// What parsing an expression of its own needs to know.
    struct Scope {
        TypeId self;  ///< Type of the object that `obj.` or a bare name starts from.
        enum class Names : std::uint8_t { WithObj, Bare } names = Names::Bare;
        /// In `by`: the type of bare names, which become variable 0, while `obj.` is `self`.
        std::optional<TypeId> other;
        std::string file;  ///< For problems.
    };
    /// The tree of `text`, names checked. Only policies that some model applies to objects of the
    /// type, or of a base of it, can be used in it.
    std::variant<Expression, Problems> parse_expression(std::string_view text,
                                                        const Scope& scope) const;

private:
    friend class SchemaBuilder;
    Schema() = default;

    std::vector<Source> sources_;
    std::vector<Type> types_;
    std::vector<Policy> policies_;
    std::vector<InvariantRead> invariant_reads_;
    Problems warnings_;
    std::unordered_map<std::string, TypeId> by_name_;
    std::unordered_map<std::string, TypeId> by_plural_;
};

}  // namespace xos::schema
