#include "expression/evaluator.h"
#include "synchronizer/observation.h"

namespace xos::synchronizer {

using schema::Expression;
using schema::Path;
using schema::Root;

namespace {

/// Turns `by` around, so that it can be asked of the other object: the first variable, which is
/// the other object, becomes the object, and the object becomes the old one.
void turn_around(Expression& by) {
    if (by.kind == Expression::Kind::Path || by.kind == Expression::Kind::Policy) {
        if (by.path.root == Root::Object)
            by.path.root = Root::Old;
        else if (by.path.root == Root::Variable && by.path.variable == 0)
            by.path.root = Root::Object;
        else if (by.path.root == Root::Variable)
            --by.path.variable;
    }
    for (Expression& operand : by.operands)
        turn_around(operand);
}

/// Checks the texts of one source, collecting mistakes.
class Compiler {
public:
    Compiler(const schema::Schema& schema, std::vector<ErrorDetail>& mistakes)
        : schema_(schema), mistakes_(mistakes) {}

    std::optional<Observation> compile(ObservationSource source) {
        const auto type = find_type(source.type);
        if (!type)
            return std::nullopt;
        Observation out{.source = std::move(source), .type = *type};
        place_ = "observes/" + out.source.type + "/";
        out.select = parse_optional(out.source.select, out.type, "select");
        out.ready_when = parse_optional(out.source.ready_when, out.type, "ready_when");
        for (const std::string& text : out.source.reads)
            add_read(out, text);
        for (const ObservationSource::After& after : out.source.after)
            add_after(out, after);
        add_paths(out, out.select);
        add_paths(out, out.ready_when);
        out.paths.insert(out.paths.end(), out.reads.begin(), out.reads.end());
        return out;
    }

private:
    std::optional<TypeId> find_type(const std::string& name) {
        if (const schema::Type* type = schema_.find_type(name))
            return type->id;
        mistakes_.push_back({place_ + "type", "there is no type \"" + name + "\""});
        return std::nullopt;
    }

    std::optional<Expression> parse(const std::string& text, const schema::Schema::Scope& scope) {
        auto parsed = schema_.parse_expression(text, scope);
        if (auto* problems = std::get_if<schema::Problems>(&parsed)) {
            for (const schema::Problem& problem : *problems)
                mistakes_.push_back({place_ + scope.file, problem.format()});
            return std::nullopt;
        }
        return std::get<Expression>(std::move(parsed));
    }

    std::optional<Expression> parse_optional(const std::string& text, TypeId self,
                                             const std::string& what) {
        if (text.empty())
            return std::nullopt;
        return parse(text, {.self = self, .other = {}, .file = what});
    }

    void add_read(Observation& out, const std::string& text) {
        const auto parsed = parse_optional(text, out.type, "reads");
        if (!parsed)
            return;
        if (parsed->kind == Expression::Kind::Path && parsed->path.root == Root::Object)
            out.reads.push_back(parsed->path);
        else
            mistakes_.push_back({place_ + "reads", "\"" + text + "\" is no path of fields"});
    }

    void add_after(Observation& out, const ObservationSource::After& after) {
        const auto type = find_type(after.type);
        if (!type)
            return;
        auto by = parse(after.by, {.self = out.type, .other = type, .file = "after"});
        if (!by)
            return;
        add_paths(out, by);
        turn_around(*by);
        out.after.push_back({*type, std::move(*by)});
    }

    void add_paths(Observation& out, const std::optional<Expression>& expression) {
        if (!expression)
            return;
        for (const Path* path : expression::paths_of(*expression)) {
            if (path->root == Root::Object)
                out.paths.push_back(*path);
        }
    }

    const schema::Schema& schema_;
    std::vector<ErrorDetail>& mistakes_;
    std::string place_ = "observes/";
};

}  // namespace

Result<Observations> Observations::create(const schema::Schema& schema, std::string service,
                                          std::vector<ObservationSource> sources) {
    Observations out;
    out.service_ = std::move(service);
    std::vector<ErrorDetail> mistakes;
    for (ObservationSource& source : sources) {
        if (auto observation = Compiler(schema, mistakes).compile(std::move(source)))
            out.all_.push_back(std::move(*observation));
    }
    if (mistakes.empty())
        return out;
    std::string message = "service \"" + out.service_ + "\" does not fit the model";
    for (const ErrorDetail& mistake : mistakes)
        message += "; " + mistake.field + ": " + mistake.message;
    return Error{ErrorCode::Invalid, std::move(message), std::move(mistakes)};
}

}  // namespace xos::synchronizer
