#include "core/rules/testing/world.h"

#include "core/first_start.h"
#include "core/models/core_models.h"
#include "core/rules/core_rules.h"
#include "kernel/checks.h"
#include "kernel/execute.h"

#include <doctest/doctest.h>

#include <utility>

namespace xos::core {

namespace base = schema::base_field;

namespace {

std::shared_ptr<const schema::Schema> core_schema() {
    // Building it takes longer than most tests, and nobody can change it.
    static const auto schema = [] {
        auto built = schema::Schema::build(core_models());
        if (const auto* problems = std::get_if<schema::Problems>(&built))
            FAIL(schema::format(*problems));
        return std::get<std::shared_ptr<const schema::Schema>>(std::move(built));
    }();
    return schema;
}

const schema::Type& find_type(const schema::Schema& schema, std::string_view name) {
    const schema::Type* type = schema.find_type(name);
    REQUIRE_MESSAGE(type, std::string(name));
    return *type;
}

}  // namespace

ObjectId Steps::make(std::string_view type_name, const NamedValues& values) {
    const schema::Type& type = find_type(change_.schema(), type_name);
    return change_.create(type.id, named_fields(type, values)).id();
}

void Steps::set(ObjectId id, const NamedValues& values) {
    const model::View view = change_.view();
    change_.update(id, named_fields(view.type_of(*view.find(id)), values));
}

void Steps::remove(ObjectId id) {
    auto result = change_.remove(id);
    if (outcome_)
        outcome_ = std::move(result);
}

World::World()
    : schema_(core_schema()),
      rules_(make_core_rules(*schema_)),
      store_(schema_),
      snapshot_(store_.snapshot()) {
    const auto transaction = first_start(*schema_, "admin@xos.local", "hash");
    must([&](Steps& steps) {
        const auto made = kernel::run_operations(steps.change(), transaction, {});
        REQUIRE(made);
        root = made->back();
    });
    make_scenery();
}

void World::make_scenery() {
    must([&](Steps& steps) {
        site = steps.make("Site",
                          {{"name", "Lab"}, {"login_base", "lab"}, {"abbreviated_name", "lab"}});
        deployment = steps.make("Deployment", {{"name", "campus"}});
        controller = steps.make(
            "Controller",
            {{"name", "back-end"}, {"backend_type", "local"}, {"deployment", deployment}});
        place =
            steps.make("SiteDeployment",
                       {{"site", site}, {"deployment", deployment}, {"controller", controller}});
        node = steps.make("Node", {{"name", "n1"}, {"site_deployment", place}});
        other_node = steps.make("Node", {{"name", "n2"}, {"site_deployment", place}});
        image = steps.make("Image", {{"name", "tiny"}, {"kind", "container"}});
        vm_image = steps.make("Image", {{"name", "debian"}, {"kind", "vm"}});
        for (const ObjectId offered : {image, vm_image})
            steps.make("ImageDeployments", {{"image", offered}, {"deployment", deployment}});
        service = steps.make("Service", {{"name", "local"}});
    });
}

Result<void> World::commit(const Run& run) {
    model::Draft draft = store_.begin();
    // A refused transaction uses up no ids, so that tests of what follows stay simple.
    std::uint64_t next_id = next_id_;
    const kernel::Sealing sealing;
    Change change(draft, {.revision = {revision_ + 1},
                          .now = now,
                          .next_id = [&] { return ObjectId{next_id++}; },
                          .sealing = sealing});
    change.set_principal(&principal_);
    Steps steps(change);
    run(steps);
    TRY(Result<void>(steps.outcome()));
    change.end_operations();
    TRY(kernel::run_rules(rules_, change));
    if (auto findings = kernel::check_objects(change); !findings.empty())
        return std::move(findings[0].error);
    change.purge();
    next_id_ = next_id;
    snapshot_ = store_.publish(std::move(draft), Revision{++revision_});
    return {};
}

void World::must(const Run& run) {
    const auto result = commit(run);
    if (!result)
        FAIL(result.error().message());
}

Error World::refusal(const Run& run) {
    auto result = commit(run);
    REQUIRE_FALSE(result);
    return std::move(result).error();
}

ObjectId World::make(std::string_view type_name, const NamedValues& values) {
    ObjectId id;
    must([&](Steps& steps) { id = steps.make(type_name, values); });
    return id;
}

void World::set(ObjectId id, const NamedValues& values) {
    must([&](Steps& steps) { steps.set(id, values); });
}

void World::remove(ObjectId id) {
    must([&](Steps& steps) { steps.remove(id); });
}

void World::act_as(ObjectId user) {
    principal_ = {
        .kind = user.value == 0 ? kernel::Principal::Kind::System : kernel::Principal::Kind::User,
        .id = user};
}

void World::own(ObjectId id) {
    must([&](Steps& steps) { steps.change().update(id, {{base::kBackendOwner, service}}); });
}

void World::confirm_clean(ObjectId id) {
    must([&](Steps& steps) { steps.change().update(id, {{base::kBackendOwner, {}}}); });
}

const schema::Type& World::type(std::string_view name) const {
    return find_type(*schema_, name);
}

bool World::is_live(ObjectId id) const {
    const Row* row = view().find(id);
    return row && !row->deleted();
}

std::vector<ObjectId> World::live(std::string_view type_name) const {
    std::vector<ObjectId> found;
    view().for_each(type(type_name).id, [&](const Row& row) {
        if (!row.deleted())
            found.push_back(row.id());
        return true;
    });
    return found;
}

std::vector<ObjectId> World::live(std::string_view type_name, std::string_view field,
                                  const Value& value) const {
    auto found = live(type_name);
    std::erase_if(found, [&](ObjectId id) { return get(id, field) != value; });
    return found;
}

ObjectId World::only(std::string_view type_name, std::string_view field, const Value& value) const {
    const auto found = live(type_name, field, value);
    REQUIRE(found.size() == 1);
    return found[0];
}

Value World::get(ObjectId id, std::string_view field) const {
    const Row* row = view().find(id);
    REQUIRE(row);
    const schema::Type& row_type = view().type_of(*row);
    const auto index = row_type.find_field_index(field);
    REQUIRE_MESSAGE(index, std::string(field));
    return model::value_of(row_type, *row, *index);
}

std::string World::text(ObjectId id, std::string_view field) const {
    const Value value = get(id, field);
    return schema::is_null(value) ? std::string() : std::get<std::string>(value);
}

std::int64_t World::integer(ObjectId id, std::string_view field) const {
    return std::get<std::int64_t>(get(id, field));
}

ObjectId World::link(ObjectId id, std::string_view field) const {
    const Value value = get(id, field);
    return schema::is_null(value) ? ObjectId{} : std::get<ObjectId>(value);
}

ObjectId World::make_slice(const std::string& name, NamedValues more) {
    NamedValues values = {{"name", name},
                          {"site", site},
                          {"network", "noauto"},
                          {"default_isolation", "container"},
                          {"default_image", image}};
    values.insert(values.end(), more.begin(), more.end());
    return make("Slice", values);
}

ObjectId World::make_network(const std::string& name, ObjectId owner, NamedValues more) {
    NamedValues values = {
        {"name", name},
        {"owner", owner},
        {"template", only("NetworkTemplate", "name", "Private")},
    };
    values.insert(values.end(), more.begin(), more.end());
    return make("Network", values);
}

ObjectId World::make_deployment(const std::string& name) {
    const ObjectId made = make("Deployment", {{"name", name}});
    for (const ObjectId offered : {image, vm_image})
        make("ImageDeployments", {{"image", offered}, {"deployment", made}});
    return made;
}

ObjectId World::make_instance(ObjectId slice, NamedValues more) {
    more.insert(more.begin(), {"slice", slice});
    return make("Instance", more);
}

}  // namespace xos::core
