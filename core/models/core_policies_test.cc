#include "core/models/core_models.h"
#include "expression/evaluator.h"
#include "model/store.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace xos::core {
namespace {

using expression::Context;
using model::Row;
using schema::Schema;

/// Some users, and what the policies of the core types say of them.
struct World {
    World()
        : schema(std::get<0>(Schema::build(core_models()))), store(schema), draft(store.begin()) {
        root = &user(1, "root", {"is_admin"});
        reader = &user(2, "reader", {"is_admin", "is_readonly"});
        ann = &user(3, "ann", {});
        bob = &user(4, "bob", {});
        gone = &user(5, "gone", {}, false);
    }

    const schema::Type& type(const char* name) const { return *schema->find_type(name); }

    const Row& user(std::uint64_t id, const char* name, std::vector<const char*> flags,
                    bool active = true) {
        const schema::Type& user = type("User");
        model::FieldValues values = {{*user.find_field_index("email"), std::string(name)},
                                     {*user.find_field_index("is_active"), active}};
        for (const char* flag : flags)
            values.emplace_back(*user.find_field_index(flag), true);
        return draft.create(user, ObjectId{id}, values);
    }

    /// Whether all policies of the object's type hold.
    bool allows(Context context) {
        context.write_access = !context.read_access;
        for (schema::PolicyId id : schema->type(context.object->type()).policies) {
            if (!expression::Evaluator(draft.view()).holds(schema->policy(id).expression, context))
                return false;
        }
        return true;
    }
    bool reads(const Row* user, const Row* object) {
        return allows({.object = object, .old = object, .user = user, .read_access = true});
    }
    bool updates(const Row* user, const Row* object) {
        return allows({.object = object, .old = object, .user = user});
    }
    /// Whether `user` may write this field of `object`, as far as types and fields say.
    bool writes(const Row* user, const Row* object, const char* field) {
        const auto policy = type("User").find_field(field)->write_policy;
        const Context context{
            .object = object, .old = object, .user = user, .write_access = true, .field = field};
        return updates(user, object) &&
               (!policy || expression::Evaluator(draft.view())
                               .holds(schema->policy(*policy).expression, context));
    }

    std::shared_ptr<const Schema> schema;
    model::Store store;
    model::Draft draft;
    const Row *root, *reader, *ann, *bob, *gone;
};

TEST_CASE_FIXTURE(World, "root may all, a read-only root reads all") {
    const Row& site = draft.create(type("Site"), ObjectId{10}, {});
    for (const Row* object : {ann, root, &site}) {
        CHECK(reads(root, object));
        CHECK(updates(root, object));
        CHECK(reads(reader, object));
        CHECK(!updates(reader, object));
    }
    CHECK(allows({.object = &site, .user = root, .create = true}));
    CHECK(allows({.object = ann, .old = ann, .user = root, .remove = true}));
    CHECK(writes(root, ann, "is_admin"));
}

TEST_CASE_FIXTURE(World, "active users read and partly write themselves, and nothing else") {
    const Row& site = draft.create(type("Site"), ObjectId{10}, {});
    CHECK(reads(ann, ann));
    CHECK(!reads(ann, bob));
    CHECK(!reads(ann, &site));
    CHECK(!updates(ann, &site));
    CHECK(!reads(gone, gone));
    CHECK(!reads(nullptr, ann));
    for (const char* field :
         {"firstname", "lastname", "phone", "public_key", "password", "timezone"}) {
        CHECK(writes(ann, ann, field));
        CHECK(!writes(ann, bob, field));
        CHECK(!writes(gone, gone, field));
    }
    for (const char* field : {"email", "is_admin", "is_active", "is_readonly", "site", "user_url",
                              "write_protect", "no_sync", "metadata"})
        CHECK(!writes(ann, ann, field));
    CHECK(!allows({.object = ann, .user = ann, .create = true}));
    CHECK(!allows({.object = ann, .old = ann, .user = ann, .remove = true}));
}

TEST_CASE_FIXTURE(World, "a read-only user writes only the own password") {
    const Row& quiet = user(6, "quiet", {"is_readonly"});
    CHECK(writes(&quiet, &quiet, "password"));
    CHECK(!writes(&quiet, &quiet, "phone"));
}

TEST_CASE_FIXTURE(World, "a token is seen and deleted by its user, and its digest by nobody") {
    const schema::Type& token_type = type("Token");
    const Row& token =
        draft.create(token_type, ObjectId{20}, {{*token_type.find_field_index("user"), ann->id()}});
    CHECK(reads(ann, &token));
    CHECK(!reads(bob, &token));
    CHECK(!updates(ann, &token));
    CHECK(allows({.object = &token, .old = &token, .user = ann, .remove = true}));
    CHECK(!allows({.object = &token, .user = ann, .create = true}));
    const auto& digest = schema->policy(token_type.find_field("digest")->read_policy.value());
    CHECK(!expression::Evaluator(draft.view())
               .holds(digest.expression, {.object = &token, .user = root, .read_access = true}));
}

}  // namespace
}  // namespace xos::core
