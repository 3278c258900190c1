#include "api/secrets.h"

#include "api/body_reader.h"
#include "api/problem.h"
#include "api/reader.h"
#include "base/log.h"
#include "kernel/kernel.h"

#include <algorithm>

namespace xos::api {

using model::Row;

namespace {

struct Wish {
    const Row* row;
    const schema::Field* field;
};

Result<Wish> find_secret(const Reader& reader, const Json& body) {
    const auto id = body.number("id");
    const Row* row =
        id > 0 ? reader.view().find(ObjectId{static_cast<std::uint64_t>(id)}) : nullptr;
    if (!row || !reader.sees(*row))
        return Error{ErrorCode::NotFound, "there is no object " + std::to_string(id)};
    const schema::Field* field = reader.view().type_of(*row).find_field(body.text("field"));
    if (!field || !field->secret)
        return mistakes_error(ErrorCode::Invalid, {{"field", "is no secret of the object"}});
    return Wish{row, field};
}

bool is_own(const Reader& reader, const Row& row) {
    const ObjectId self = reader.principal().id;
    if (row.id() == self || row.link(schema::base_field::kBackendOwner) == self)
        return true;
    const Row* service = reader.view().find(self);
    const auto controllers =
        service ? reader.view().type_of(*service).find_field_index("controllers") : std::nullopt;
    if (!controllers)
        return false;
    const auto ids = service->links(*controllers);
    return std::find(ids.begin(), ids.end(), row.id()) != ids.end();
}

}  // namespace

void Secrets::post(const CallPointer& call) const {
    const access::Principal& principal = call->identity.principal;
    if (principal.kind != access::Principal::Kind::Service)
        return call->refuse({ErrorCode::PermissionDenied, "only a service reads secrets"});
    const auto body = read_object(call->request.body);
    if (!body)
        return call->refuse(body.error());
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), principal);
    const auto wish = find_secret(reader, *body);
    if (!wish)
        return call->refuse(wish.error());
    const Row& row = *wish->row;
    if (!is_own(reader, row))
        return call->refuse({ErrorCode::PermissionDenied,
                             "service \"" + principal.name +
                                 "\" neither makes the object real nor has it as a Controller"});
    parts_.log.info("secret read", {{"service", principal.name},
                                    {"object", row.id().value},
                                    {"field", wish->field->name},
                                    {"request", call->id}});
    const schema::Type& type = reader.view().type_of(row);
    const auto at = static_cast<model::FieldIndex>(wish->field - type.fields.data());
    Json json;
    json.set("value", row.is_null(at) ? Json() : Json(row.string(at)));
    json.set("version", row.goal_revision().value);
    call->answer_json(json.format());
}

}  // namespace xos::api
