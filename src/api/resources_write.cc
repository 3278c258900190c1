#include "api/resources_write.h"

#include "api/body_reader.h"
#include "api/conditions.h"
#include "api/problem.h"
#include "api/reader.h"
#include "api/targets.h"
#include "kernel/actions.h"
#include "kernel/kernel.h"
#include "model/codec.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>

namespace xos::api {

using kernel::Operation;
using model::FieldIndex;
using model::FieldValues;
using model::Row;
using schema::FieldClass;

namespace {

constexpr std::array<std::string_view, 3> kDeleteParameters{"plan", "if_plan", "cascade"};
constexpr int kTries = 5;

Error to_error(std::vector<ErrorDetail> mistakes) {
    return mistakes_error(ErrorCode::Invalid, std::move(mistakes));
}

Result<Operation> read_create(const Reader& reader, const Call& call) {
    const schema::Type* type = TRY(get_type(reader.schema(), call.argument(0), call.argument(1)));
    const Json body = TRY(read_object(call.request.body));
    std::vector<ErrorDetail> mistakes;
    check_parameters(call, kPlanParameters, mistakes);
    const BodyReader::Target target{.type = *type, .place = ""};
    Operation operation{.kind = Operation::Kind::Create, .type = type->id};
    operation.fields = BodyReader(target, mistakes).read(body);
    add_value_mistakes(reader.schema(), {operation}, mistakes);
    if (!mistakes.empty())
        return to_error(std::move(mistakes));
    return operation;
}

/// Gives each field that can be set and is not in `body` its default.
void reset_absent(const schema::Type& type, const Json& body, FieldValues& fields) {
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const schema::Field& field = type.fields[i];
        // Sets of links stay, as do fields that a client could not have sent back.
        if (field.field_class != FieldClass::Declarative || field.immutable || field.allocated ||
            field.type == schema::FieldType::LinkSet || model::is_hidden(field) ||
            body.find(field.api_name))
            continue;
        fields.emplace_back(static_cast<FieldIndex>(i), field.default_value);
    }
}

Result<Operation> read_action(const Reader& reader, const Call& call) {
    const model::Row* row = TRY(get_object(reader, call));
    const std::string name(call.argument(3));
    const schema::Type& type = reader.view().type_of(*row);
    const auto known = kernel::actions_of(type);
    if (std::find(known.begin(), known.end(), name) == known.end())
        return Error{ErrorCode::NotFound, "a " + type.name + " knows no action " +
                                              schema::quoted(name) +
                                              schema::did_you_mean(name, known)};
    std::vector<ErrorDetail> mistakes;
    check_parameters(call, kPlanParameters, mistakes);
    if (!call.request.body.empty() && call.request.body != "{}")
        mistakes.push_back({"", "an action takes no body"});
    if (!mistakes.empty())
        return mistakes_error(ErrorCode::Invalid, std::move(mistakes));
    const auto if_match = TRY(parse_if_match(call.request.headers));
    return Operation{.kind = Operation::Kind::Action,
                     .type = row->type(),
                     .id = row->id(),
                     .if_match = if_match,
                     .action = name};
}

}  // namespace

void ResourcesWrite::answer_object(const CallPointer& call, const kernel::Committed& done,
                                   int status) const {
    const Reader reader(parts_.kernel.access(), done.after, call->identity.principal);
    const Row* row = reader.view().find(done.outcome.ids[0]);
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    std::string text;
    if (row && reader.sees(*row)) {
        response.headers.add("ETag", entity_tag(*row));
        reader.write(text, *row);
    } else {
        text = "{\"id\":" + std::to_string(done.outcome.ids[0].value) + "}";
    }
    if (status == 201 && row)
        response.headers.add("Location", path_of(reader.view().type_of(*row)) + "/" +
                                             std::to_string(row->id().value));
    response.body = std::move(text);
    call->answer(std::move(response));
}

void ResourcesWrite::create(const CallPointer& call) const {
    idempotency_.run(
        call, [this, call](const kernel::Committed& done) { answer_object(call, done, 201); },
        [this, call] { create_fresh(call); });
}

void ResourcesWrite::create_fresh(const CallPointer& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    auto operation = read_create(reader, *call);
    if (!operation)
        return call->refuse(operation.error());
    writes_.submit(call, {std::move(*operation)}, [this, call](Result<kernel::Committed> done) {
        if (done)
            answer_object(call, *done, 201);
        else
            call->refuse(done.error());
    });
}

void ResourcesWrite::update(const CallPointer& call) const {
    change(call, Absent::Kept, kTries);
}

void ResourcesWrite::replace(const CallPointer& call) const {
    change(call, Absent::Reset, kTries);
}

void ResourcesWrite::change(const CallPointer& call, Absent absent, int tries) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    const auto row = get_object(reader, *call);
    if (!row)
        return call->refuse(row.error());
    const auto body = read_object(call->request.body);
    auto if_match = parse_if_match(call->request.headers);
    if (!body || !if_match)
        return call->refuse(!body ? body.error() : if_match.error());
    if (auto passed = check_write(call->request.headers, **row); !passed)
        return call->refuse(passed.error());
    std::vector<ErrorDetail> mistakes;
    check_parameters(*call, kPlanParameters, mistakes);
    const schema::Type& type = reader.view().type_of(**row);
    using Maps = BodyReader::Target::Maps;
    const BodyReader::Target target{
        .type = type,
        .present = *row,
        .place = "",
        .find_name = {},
        .maps = absent == Absent::Reset ? Maps::Replaced : Maps::Merged};
    BodyReader body_reader(target, mistakes);
    Operation operation{.kind = Operation::Kind::Update, .type = type.id, .id = (*row)->id()};
    operation.fields = body_reader.read(*body);
    if (absent == Absent::Reset)
        reset_absent(type, *body, operation.fields);
    add_value_mistakes(reader.schema(), {operation}, mistakes);
    if (!mistakes.empty())
        return call->refuse(to_error(std::move(mistakes)));
    operation.if_match = *if_match;
    // A map was merged with what is there: if that has changed meanwhile, it is merged again.
    const bool again = body_reader.merged() && !*if_match && tries > 1;
    if (body_reader.merged() && !*if_match)
        operation.if_match = (*row)->goal_revision();
    writes_.submit(call, {std::move(operation)},
                   [this, call, absent, tries, again](Result<kernel::Committed> done) {
                       if (done)
                           answer_object(call, *done, 200);
                       else if (again && done.error().code() == ErrorCode::Stale)
                           change(call, absent, tries - 1);
                       else
                           call->refuse(done.error());
                   });
}

void ResourcesWrite::remove(const CallPointer& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    const auto row = get_object(reader, *call);
    auto if_match = parse_if_match(call->request.headers);
    if (!row || !if_match)
        return call->refuse(!row ? row.error() : if_match.error());
    if (auto passed = check_write(call->request.headers, **row); !passed)
        return call->refuse(passed.error());
    std::vector<ErrorDetail> mistakes;
    check_parameters(*call, kDeleteParameters, mistakes);
    if (!mistakes.empty())
        return call->refuse(to_error(std::move(mistakes)));
    const bool cascade = call->is_asked("cascade");
    Operation operation{.kind = Operation::Kind::Delete,
                        .type = (*row)->type(),
                        .id = (*row)->id(),
                        .if_match = *if_match,
                        .cascade = cascade ? Operation::Cascade::Yes : Operation::Cascade::No};
    writes_.submit(call, {std::move(operation)}, [this, call](Result<kernel::Committed> done) {
        if (!done)
            return call->refuse(done.error());
        if (done->after->view().find(done->outcome.ids[0]))
            return answer_object(call, *done, 202);
        http::Response response;
        response.status = 204;
        call->answer(std::move(response));
    });
}

void ResourcesWrite::act(const CallPointer& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    auto operation = read_action(reader, *call);
    if (!operation)
        return call->refuse(operation.error());
    writes_.submit(call, {std::move(*operation)}, [this, call](Result<kernel::Committed> done) {
        if (done)
            answer_object(call, *done, 200);
        else
            call->refuse(done.error());
    });
}

}  // namespace xos::api
