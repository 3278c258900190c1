#pragma once

#include "access/principal.h"
#include "base/result.h"
#include "model/view.h"

#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

namespace xos::access {

enum class Action : std::uint8_t { Create, Update, Delete };

/// What its manifest gives a synchronizer, by the name of its service: the types that it observes
/// and those its expressions walk over, to read; the types it may write.
struct ServiceRights {
    std::set<TypeId> reads;
    std::set<TypeId> writes;
    std::set<std::pair<TypeId, model::FieldIndex>> secrets;  ///< Secret fields among what it reads.
};

/// One write of one object. Before it is done, `object` is absent and it is judged on `old`; after
/// it, on `object`. A created object has only the new state, a deleted one only the old.
struct Write {
    Action action = Action::Update;
    const model::Row* old = nullptr;
    const model::Row* object = nullptr;
    std::span<const model::FieldIndex> fields;  ///< Those that change.
};

/// Decides who may see and do what, by the policies of the types and the manifests of services.
///
/// Denies by default: a type without policies is root's. Pure functions on a view of the model.
/// Immutable; may be used from many threads.
class Access {
public:
    Access() = default;
    explicit Access(std::unordered_map<std::string, ServiceRights> services)
        : services_(std::move(services)) {}

    bool may_read(model::View view, const Principal& principal, const model::Row& object) const;
    bool may_read_field(model::View view, const Principal& principal, const model::Row& object,
                        model::FieldIndex field) const;
    /// Whether a service may have the plain text of a secret field: of objects that it makes real,
    /// of its own Service and the Controllers this is offered on, and where its manifest reads it.
    bool may_read_secret(model::View view, const Principal& principal, const model::Row& object,
                         model::FieldIndex field) const;
    /// Whether the principal sees all objects of every type: then lists need no test of each.
    bool sees_all(model::View view, const Principal& principal) const;

    /// PermissionDenied with the policy that says no; NotFound when the principal may not even
    /// read the object. `user` is the principal as it was before the transaction.
    Result<void> check(model::View view, const Principal& principal, const model::Row* user,
                       const Write& write) const;

private:
    const ServiceRights* rights_of(const Principal& principal) const;
    /// Whether a user, as the row says, may read the object.
    static bool reads(model::View view, const model::Row& user, const model::Row& object);
    Result<void> check_user(model::View view, const Principal& principal, const model::Row& user,
                            const Write& write) const;

    std::unordered_map<std::string, ServiceRights> services_;
};

/// The row of a principal that is a user or a service, live and active; else nullptr.
const model::Row* find_principal(model::View view, const Principal& principal);

}  // namespace xos::access
