#pragma once

#include "core/rules/named_fields.h"
#include "kernel/rule.h"
#include "model/store.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::core {

using kernel::Change;
using model::Row;
using model::Value;

/// What one transaction of a test does, by the names of types and fields. The first step that is
/// refused ends it.
class Steps {
public:
    explicit Steps(Change& change) : change_(change) {}

    ObjectId make(std::string_view type, const NamedValues& values);
    void set(ObjectId id, const NamedValues& values);
    void remove(ObjectId id);
    Change& change() { return change_; }
    const Result<void>& outcome() const { return outcome_; }

private:
    Change& change_;
    Result<void> outcome_;
};

/// A model with the core types and rules, and what commits do to it without a kernel's journal,
/// access and threads: operations, rules, checks, purge, publication.
///
/// It starts with what `first_start` makes and a small cloud: site `lab` with controller `back-end`
/// and nodes `n1` and `n2` in deployment `campus`. Not thread-safe.
class World {
public:
    using Run = std::function<void(Steps&)>;

    World();

    /// All of `run` as one transaction. Refused: nothing happens.
    Result<void> commit(const Run& run);
    /// The same, where success is part of the test's preparation.
    void must(const Run& run);
    /// The error of a transaction that has to be refused.
    Error refusal(const Run& run);
    /// One object in a transaction of its own.
    ObjectId make(std::string_view type, const NamedValues& values);
    void set(ObjectId id, const NamedValues& values);
    void remove(ObjectId id);

    /// Whose transactions the following ones are; the system's when there is nobody.
    void act_as(ObjectId user);
    /// Lets a service make the object real, so that it is not purged at its deletion.
    void own(ObjectId id);
    /// The service says that nothing is left of a deleted object.
    void confirm_clean(ObjectId id);

    model::View view() const { return snapshot_->view(); }
    const schema::Schema& schema() const { return *schema_; }
    bool is_live(ObjectId id) const;
    /// The live objects of a type, in order of id.
    std::vector<ObjectId> live(std::string_view type) const;
    /// Those of them whose `field` has `value`.
    std::vector<ObjectId> live(std::string_view type, std::string_view field,
                               const Value& value) const;
    /// The one live object of that kind; fails the test when there is another number of them.
    ObjectId only(std::string_view type, std::string_view field, const Value& value) const;
    Value get(ObjectId id, std::string_view field) const;
    std::string text(ObjectId id, std::string_view field) const;
    std::int64_t integer(ObjectId id, std::string_view field) const;
    ObjectId link(ObjectId id, std::string_view field) const;

    // A slice without networks of its own, and a network of a slice, which it is on.
    ObjectId make_slice(const std::string& name, NamedValues more = {});
    ObjectId make_network(const std::string& name, ObjectId owner, NamedValues more = {});
    /// A deployment that offers what the first one does.
    ObjectId make_deployment(const std::string& name);
    ObjectId make_instance(ObjectId slice, NamedValues more = {});

    std::int64_t now = 1000;  ///< The time of commits, in microseconds.
    ObjectId site, deployment, controller, place, node, other_node, service;
    ObjectId image, vm_image, root;

private:
    const schema::Type& type(std::string_view name) const;
    void make_scenery();

    std::shared_ptr<const schema::Schema> schema_;
    kernel::Rules rules_;
    model::Store store_;
    model::SnapshotPointer snapshot_;
    kernel::Principal principal_;
    std::uint64_t next_id_ = 1;
    std::uint64_t revision_ = 0;
};

}  // namespace xos::core
