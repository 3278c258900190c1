#pragma once

#include "schema/schema.h"
#include "schema/syntax.h"

#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::schema {

/// Looks the names of one expression up: its paths, types and policies. Both references must
/// outlive it.
class Resolver {
public:
    /// Finds the policy called `name` for objects of `type`, or reports why there is none.
    using FindPolicy = std::function<std::optional<PolicyId>(const Word& name, TypeId type)>;

    Resolver(const Schema& schema, Schema::Scope scope, FindPolicy find_policy, Findings& findings);

    Expression resolve(const ExpressionSyntax& syntax);
    /// A path alone, as in the messages of validators; nothing when a name in it is unknown.
    std::optional<Path> resolve_path(const std::vector<Word>& words);

private:
    /// What a path or literal evaluates to.
    struct Kind {
        enum class Form : std::uint8_t {
            Unknown,  ///< A mistake that is reported already.
            Null,
            Bool,
            Number,
            String,
            Time,
            Json,
            Object
        };
        Form form = Form::Unknown;
        TypeId type;  ///< Of an Object.
        bool secret = false;
    };
    struct Resolved {
        Path path;
        Kind kind;
    };
    struct Operand {
        Expression expression;
        Kind kind;
        Place place;
    };

    Resolved path(const std::vector<Word>& words);
    std::size_t start(const std::vector<Word>& words, Resolved& out);
    std::size_t start_context(const std::vector<Word>& words, Resolved& out);
    std::size_t start_bare(const std::vector<Word>& words, Resolved& out);
    bool step(const Word& name, Resolved& out);
    void field_step(const Type& type, FieldIndex index, Resolved& out);
    bool unknown_name(const Word& name, const Type& type, std::string_view prefix);

    Expression quantifier(const ExpressionSyntax& syntax);
    Expression policy_call(const ExpressionSyntax& syntax);
    Expression comparison(const ExpressionSyntax& syntax);
    Operand operand(const ExpressionSyntax& syntax);
    void read_time(Operand& side, const Operand& other);
    void check(const ExpressionSyntax& syntax, const Operand& left, const Operand& right);
    void check_in(const Operand& left, const Operand& right);
    bool comparable(const Kind& left, const Kind& right) const;
    const Type* find_type(const std::vector<Word>& words);
    std::string describe(const Kind& kind) const;

    const Schema& schema_;
    const Schema::Scope scope_;
    const FindPolicy find_policy_;
    Findings& findings_;
    std::vector<std::pair<std::string_view, TypeId>> variables_;
};

}  // namespace xos::schema
