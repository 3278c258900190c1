#include "schema/manifest.h"
#include "schema/source_text.h"
#include "schema/suggestion.h"

namespace xos::schema {
namespace {

class ManifestChecker {
public:
    ManifestChecker(const Manifest& manifest, const Schema& schema)
        : manifest_(manifest), schema_(schema) {}

    Problems run() {
        for (const Manifest::Observes& entry : manifest_.observes)
            check(entry);
        for (const Manifest::Text& name : manifest_.writes)
            find_type(name);
        return sorted(std::move(problems_));
    }

private:
    void complain(const Manifest::Text& text, std::string message, int ahead = 0) {
        problems_.push_back(problem_at({manifest_.file, manifest_.source}, text.line,
                                       text.column + ahead, std::move(message)));
    }

    const Type* find_type(const Manifest::Text& name) {
        const Type* type = schema_.find_type(manifest_.name + "." + name.text);
        if (type == nullptr)
            type = schema_.find_type(name.text);
        if (type != nullptr)
            return type;
        std::vector<std::string_view> names;
        for (const Type& known : schema_.types())
            names.push_back(known.name);
        complain(name, "there is no type " + quoted(name.text) + did_you_mean(name.text, names));
        return nullptr;
    }

    std::optional<Expression> parse(const Manifest::Text& text, const Schema::Scope& scope) {
        auto parsed = schema_.parse_expression(text.text, scope);
        if (auto* expression = std::get_if<Expression>(&parsed))
            return std::move(*expression);
        // On the first line of the value the places add up; below, only the line is known.
        for (const Problem& problem : std::get<Problems>(parsed))
            complain(text, problem.message, problem.line == 1 ? problem.column - 1 : 0);
        return std::nullopt;
    }

    void check(const Manifest::Observes& entry) {
        const Type* type = find_type(entry.type);
        if (type == nullptr)
            return;
        const Schema::Scope scope{.self = type->id, .other = {}, .file = {}};
        if (entry.select)
            parse(*entry.select, scope);
        if (entry.ready_when)
            parse(*entry.ready_when, scope);
        for (const Manifest::Text& path : entry.reads) {
            const auto parsed = parse(path, scope);
            if (parsed &&
                (parsed->kind != Expression::Kind::Path || parsed->path.root != Root::Object))
                complain(path, quoted(path.text) + " is no path of fields");
        }
        for (const Manifest::After& after : entry.after) {
            if (const Type* other = find_type(after.type))
                parse(after.by, {.self = type->id, .other = other->id, .file = {}});
        }
        for (const auto& [field, policy] : entry.drift.fields)
            check_field(*type, field);
    }

    void check_field(const Type& type, const Manifest::Text& name) {
        if (type.find_field(name.text) != nullptr)
            return;
        std::vector<std::string_view> names;
        for (const Field& field : type.fields)
            names.push_back(field.name);
        complain(name, quoted(type.name) + " has no field " + quoted(name.text) +
                           did_you_mean(name.text, names));
    }

    const Manifest& manifest_;
    const Schema& schema_;
    Problems problems_;
};

}  // namespace

Problems check_manifest(const Manifest& manifest, const Schema& schema) {
    return ManifestChecker(manifest, schema).run();
}

}  // namespace xos::schema
