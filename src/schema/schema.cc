#include "schema/schema.h"

#include "schema/expression_parser.h"
#include "schema/resolver.h"
#include "schema/schema_builder.h"
#include "schema/suggestion.h"

#include <algorithm>

namespace xos::schema {

std::variant<std::shared_ptr<const Schema>, Problems> Schema::build(std::vector<Source> sources) {
    return SchemaBuilder(std::move(sources)).run();
}

const Type* Schema::find_type(std::string_view name) const {
    const auto at = by_name_.find(std::string(name));
    return at == by_name_.end() ? nullptr : &types_[at->second.value];
}

const Type* Schema::find_plural(std::string_view app, std::string_view plural) const {
    const auto at = by_plural_.find(std::string(app) + "/" + std::string(plural));
    return at == by_plural_.end() ? nullptr : &types_[at->second.value];
}

bool Schema::is_a(TypeId type, TypeId base) const {
    const auto& lineage = types_[type.value].lineage;
    return base.value == 0 || std::find(lineage.begin(), lineage.end(), base) != lineage.end();
}

std::variant<Expression, Problems> Schema::parse_expression(std::string_view text,
                                                            const Scope& scope) const {
    Findings findings;
    const SourceText source{scope.file, text};
    const std::vector<Token> tokens = lex(source, findings);
    Cursor cursor(source, tokens, findings);
    const ExpressionSyntax syntax =
        ExpressionParser(cursor, ExpressionParser::Context::Alone).parse();
    if (!cursor.at_end())
        cursor.complain("expected an operator or the end, found " + cursor.shown());
    if (!findings.empty())
        return findings.take();
    const auto find_policy = [&](const Word& name, TypeId type) -> std::optional<PolicyId> {
        for (std::size_t i = 0; i < policies_.size(); ++i) {
            if (policies_[i].name == name.text && is_a(type, policies_[i].type))
                return static_cast<PolicyId>(i);
        }
        findings.add(name.place, "no model applies a policy " + quoted(name.text) +
                                     " to objects of " + quoted(types_[type.value].name));
        return std::nullopt;
    };
    Expression expression = Resolver(*this, scope, find_policy, findings).resolve(syntax);
    if (!findings.empty())
        return findings.take();
    return expression;
}

}  // namespace xos::schema
