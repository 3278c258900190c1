#include "xosd/service_folders.h"

#include "base/file.h"
#include "base/text.h"
#include "core/models/core_models.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace xos::xosd {

namespace fs = std::filesystem;
using schema::Manifest;

namespace {

/// Who may write a service's folder may run code as that service.
Result<void> check_owner(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return Error{ErrorCode::NotFound, path + " cannot be read"};
    if (status.st_uid != 0 && status.st_uid != ::getuid())
        return Error{ErrorCode::PermissionDenied,
                     path + " belongs to another user: it must be root's or xosd's own"};
    if ((status.st_mode & S_IWOTH) != 0)
        return Error{ErrorCode::PermissionDenied, path + " can be written by everybody: chmod o-w"};
    return {};
}

Result<ServiceFolder> read_service_folder(const std::string& path) {
    TRY(check_owner(path));
    const std::string file = path + "/service.yaml";
    const std::string text = TRY(read_file(file));
    auto parsed = schema::parse_manifest(file, text);
    if (const auto* problems = std::get_if<schema::Problems>(&parsed))
        return Error{ErrorCode::Invalid, schema::format(*problems)};
    ServiceFolder folder{
        .path = path, .manifest = std::move(std::get<Manifest>(parsed)), .models = {}};
    for (const std::string& model : folder.manifest.models) {
        auto source = TRY(read_file(path + "/" + model));
        folder.models.push_back(
            {.file = model, .app = folder.manifest.name, .text = std::move(source)});
    }
    return folder;
}

bool is_satisfied(const ServiceFolder& folder, const std::set<std::string>& placed) {
    return std::all_of(folder.manifest.needs.begin(), folder.manifest.needs.end(),
                       [&](const Manifest::Need& need) {
                           return need.service == "xos" || placed.count(need.service) > 0;
                       });
}

/// Puts services behind those that they need.
std::vector<ServiceFolder> in_order(std::vector<ServiceFolder> folders, Log& log) {
    std::vector<ServiceFolder> ordered;
    std::set<std::string> placed;
    while (!folders.empty()) {
        const auto next = std::find_if(folders.begin(), folders.end(), [&](const auto& folder) {
            return is_satisfied(folder, placed);
        });
        if (next == folders.end())
            break;
        placed.insert(next->manifest.name);
        ordered.push_back(std::move(*next));
        folders.erase(next);
    }
    for (const ServiceFolder& folder : folders)
        log.error("a service needs others that are not there",
                  {{"service", folder.manifest.name}, {"folder", folder.path}});
    return ordered;
}

std::vector<schema::Source> sources_of(const std::vector<ServiceFolder>& services) {
    std::vector<schema::Source> sources = core::core_models();
    for (const ServiceFolder& service : services)
        sources.insert(sources.end(), service.models.begin(), service.models.end());
    return sources;
}

}  // namespace

std::vector<ServiceFolder> read_service_folders(const std::vector<std::string>& directories,
                                                Log& log) {
    std::vector<ServiceFolder> folders;
    std::set<std::string> names;
    for (const std::string& directory : directories) {
        std::error_code error;
        std::vector<std::string> paths;
        for (const auto& entry : fs::directory_iterator(directory, error)) {
            if (fs::exists(entry.path() / "service.yaml", error))
                paths.push_back(entry.path().string());
        }
        if (error)
            log.error("a folder of services cannot be read",
                      {{"folder", directory}, {"error", error.message()}});
        std::sort(paths.begin(), paths.end());
        for (const std::string& path : paths) {
            auto folder = read_service_folder(path);
            if (!folder)
                log.error("a service is left out", {{"folder", path}, {"error", folder.error()}});
            else if (!names.insert(folder->manifest.name).second)
                log.error("a service is there twice; this one is left out", {{"folder", path}});
            else
                folders.push_back(std::move(folder).value());
        }
    }
    return in_order(std::move(folders), log);
}

namespace {

using SchemaPointer = std::shared_ptr<const schema::Schema>;

/// The schema of these services, their manifests checked.
Result<SchemaPointer> build_together(const std::vector<ServiceFolder>& services) {
    auto built = schema::Schema::build(sources_of(services));
    if (const auto* problems = std::get_if<schema::Problems>(&built))
        return Error{ErrorCode::Invalid, schema::format(*problems)};
    auto schema = std::get<SchemaPointer>(std::move(built));
    for (const ServiceFolder& service : services) {
        const auto problems = schema::check_manifest(service.manifest, *schema);
        if (!problems.empty())
            return Error{ErrorCode::Invalid, schema::format(problems)};
    }
    return schema;
}

/// Leaves out what does not fit those before it.
Result<SchemaPointer> build_one_by_one(std::vector<ServiceFolder>& services, Log& log) {
    std::vector<ServiceFolder> good;
    SchemaPointer schema = TRY(build_together({}));
    for (ServiceFolder& service : services) {
        auto with = good;
        with.push_back(service);
        auto built = build_together(with);
        if (built) {
            good.push_back(std::move(service));
            schema = std::move(built).value();
        } else {
            log.error("a service is left out",
                      {{"service", service.manifest.name}, {"error", built.error().message()}});
        }
    }
    services = std::move(good);
    return schema;
}

}  // namespace

Result<std::shared_ptr<const schema::Schema>> build_schema(std::vector<ServiceFolder>& services,
                                                           Log& log) {
    auto together = build_together(services);
    SchemaPointer schema =
        together ? std::move(together).value() : TRY(build_one_by_one(services, log));
    for (const schema::Problem& warning : schema->warnings())
        log.warning("a model says something that is not known here", {{"model", warning.format()}});
    return schema;
}

namespace {

Result<schema::Expression> parse(const schema::Schema& schema, const Manifest& manifest,
                                 const std::string& text, schema::Schema::Scope scope) {
    scope.file = manifest.file;
    auto parsed = schema.parse_expression(text, scope);
    if (const auto* problems = std::get_if<schema::Problems>(&parsed))
        return Error{ErrorCode::Invalid, schema::format(*problems)};
    return std::move(std::get<schema::Expression>(parsed));
}

/// Collects the types that a synchronizer reads, each with those derived from it.
class ReadTypes {
public:
    explicit ReadTypes(const schema::Schema& schema) : schema_(schema) {}

    void add(TypeId type) {
        const auto& leaves = schema_.type(type).leaves;
        types_.insert(leaves.begin(), leaves.end());
    }

    void add(const schema::Expression& expression) {
        for (const schema::Step& step : expression.path.steps) {
            const schema::Type& type = schema_.type(step.type);
            add(step.type);
            if (step.kind == schema::Step::Kind::Relation) {
                add(type.relations[step.index].via);
                add(type.relations[step.index].target);
            } else if (step.index < type.fields.size() && is_link(type.fields[step.index])) {
                add(type.fields[step.index].target);
            }
        }
        for (const schema::Expression& operand : expression.operands)
            add(operand);
    }

    /// What objects of `type` wait for by link, and what waits for them.
    void add_neighbors(TypeId type) {
        for (const schema::Type& other : schema_.types()) {
            for (const schema::Field& field : other.fields) {
                if (!is_link(field) || field.field_class == schema::FieldClass::Bookkeeping)
                    continue;
                if (schema_.is_a(type, other.id))
                    add(field.target);
                else if (schema_.is_a(type, field.target))
                    add(other.id);
            }
        }
    }

    std::set<TypeId> take() { return std::move(types_); }

private:
    static bool is_link(const schema::Field& field) {
        // A link to an object of any type (target 0) says nothing about types.
        return (field.type == schema::FieldType::Link ||
                field.type == schema::FieldType::LinkSet) &&
               field.target.value != 0;
    }

    const schema::Schema& schema_;
    std::set<TypeId> types_;
};

/// The secrets at the ends of paths that a service reads.
void add_secrets(const schema::Schema& schema, const schema::Expression& expression,
                 access::ServiceRights& rights) {
    const auto& steps = expression.path.steps;
    if (!steps.empty() && steps.back().kind == schema::Step::Kind::Field) {
        const auto& fields = schema.type(steps.back().type).fields;
        if (steps.back().index < fields.size() && fields[steps.back().index].secret)
            rights.secrets.emplace(steps.back().type, steps.back().index);
    }
    for (const schema::Expression& operand : expression.operands)
        add_secrets(schema, operand, rights);
}

Result<access::ServiceRights> rights_of_one(const Manifest& manifest,
                                            const schema::Schema& schema) {
    ReadTypes reads(schema);
    access::ServiceRights rights;
    for (const Manifest::Observes& observes : manifest.observes) {
        const TypeId type = schema.find_type(observes.type.text)->id;
        reads.add(type);
        reads.add_neighbors(type);
        std::vector<std::string> texts;
        for (const Manifest::Text& read : observes.reads)
            texts.push_back(read.text);
        for (const auto& text : {observes.select, observes.ready_when}) {
            if (text)
                texts.push_back(text->text);
        }
        for (const std::string& text : texts) {
            const auto expression =
                TRY(parse(schema, manifest, text, {.self = type, .other = {}, .file = {}}));
            reads.add(expression);
            add_secrets(schema, expression, rights);
        }
        for (const Manifest::After& after : observes.after) {
            const TypeId other = schema.find_type(after.type.text)->id;
            reads.add(other);
            reads.add(TRY(parse(schema, manifest, after.by.text,
                                {.self = type, .other = other, .file = {}})));
        }
    }
    if (const schema::Type* service = schema.find_type("Service"))
        reads.add(service->id);
    for (const schema::Type& type : schema.types()) {
        if (type.app == manifest.name)
            rights.writes.insert(type.id);
    }
    for (const Manifest::Text& written : manifest.writes) {
        const TypeId type = schema.find_type(written.text)->id;
        rights.writes.insert(type);
        reads.add(type);
    }
    rights.reads = reads.take();
    return rights;
}

}  // namespace

Result<std::vector<kernel::Observation>> observations_of(const std::vector<ServiceFolder>& services,
                                                         const schema::Schema& schema) {
    std::vector<kernel::Observation> observations;
    for (const ServiceFolder& service : services) {
        for (const Manifest::Observes& observes : service.manifest.observes) {
            if (observes.role == Manifest::Role::Follower)
                continue;
            kernel::Observation observation{.service = service.manifest.name,
                                            .type = schema.find_type(observes.type.text)->id,
                                            .select = std::nullopt};
            if (observes.select)
                observation.select =
                    TRY(parse(schema, service.manifest, observes.select->text,
                              {.self = observation.type, .other = {}, .file = {}}));
            observations.push_back(std::move(observation));
        }
    }
    return observations;
}

Result<std::unordered_map<std::string, access::ServiceRights>> rights_of(
    const std::vector<ServiceFolder>& services, const schema::Schema& schema) {
    std::unordered_map<std::string, access::ServiceRights> rights;
    for (const ServiceFolder& service : services)
        rights[service.manifest.name] = TRY(rights_of_one(service.manifest, schema));
    return rights;
}

}  // namespace xos::xosd
