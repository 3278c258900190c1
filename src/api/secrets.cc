#include "api/secrets.h"

#include "api/body_reader.h"
#include "api/problem.h"
#include "api/reader.h"
#include "base/log.h"
#include "kernel/kernel.h"
#include "model/hidden.h"

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
    const schema::Type& type = reader.view().type_of(row);
    const auto at = static_cast<model::FieldIndex>(wish->field - type.fields.data());
    if (!parts_.kernel.access().may_read_secret(reader.view(), principal, row, at))
        return call->refuse({ErrorCode::PermissionDenied,
                             "service \"" + principal.name +
                                 "\" neither makes the object real, nor is offered on it, nor "
                                 "does its manifest read the field"});
    parts_.log.info("secret read", {{"service", principal.name},
                                    {"object", row.id().value},
                                    {"field", wish->field->name},
                                    {"request", call->id}});
    answer(call, row, at);
}

void Secrets::answer(const CallPointer& call, const Row& row, model::FieldIndex at) const {
    const schema::Field& field = parts_.kernel.schema().type(row.type()).fields[at];
    Json json;
    json.set("value", Json());
    if (!row.is_null(at)) {
        const auto value = parts_.kernel.sealing().open({row.id(), field}, row.string(at));
        const auto hidden = model::parse_hidden(row.string(at));
        if (!value || !hidden)
            return call->refuse(value ? Error{ErrorCode::Internal, "not sealed"} : value.error());
        json.set("value", *value);
        json.set("version", hidden->version.value);
    }
    call->answer_json(json.format());
}

}  // namespace xos::api
