#include "api/recipes.h"

#include "api/executor.h"
#include "api/problem.h"
#include "api/reader.h"
#include "api/targets.h"
#include "base/json.h"
#include "kernel/kernel.h"
#include "recipe/compiler.h"

#include <algorithm>
#include <array>

namespace xos::api {

namespace {

constexpr std::array<std::string_view, 3> kParameters{"plan", "if_plan", "file"};

std::string_view file_of(const Call& call) {
    const std::string* given = call.request.find_parameter("file");
    return given && !given->empty() ? std::string_view(*given) : "recipe";
}

/// All mistakes of a recipe, each under its place, with its line and a caret.
Error to_error(ErrorCode code, const schema::Problems& problems) {
    std::vector<ErrorDetail> details;
    for (const schema::Problem& problem : problems) {
        const std::string place = problem.file + ":" + std::to_string(problem.line) + ":" +
                                  std::to_string(problem.column);
        const std::string whole = problem.format();
        const bool has_place = whole.starts_with(place + ": ");
        std::string message = has_place ? whole.substr(place.size() + 2) : problem.message;
        // An answer has one text for each place.
        if (!details.empty() && details.back().field == place)
            details.back().message += message;
        else
            details.push_back({has_place ? place : problem.file, std::move(message)});
    }
    const std::string count = problems.size() == 1 ? std::string("a mistake")
                                                   : std::to_string(problems.size()) + " mistakes";
    return Error{code, "the recipe has " + count, std::move(details)};
}

/// What the kernel says of a recipe's operations, at their places in it. What is no fault of the
/// recipe stays as it is.
Error to_error(const Call& call, const Error& refusal, const std::vector<recipe::Origin>& origins) {
    const auto is_placed = [](const ErrorDetail& detail) {
        return detail.field.starts_with("/operations/");
    };
    if (std::none_of(refusal.details().begin(), refusal.details().end(), is_placed))
        return refusal;
    return to_error(refusal.code(),
                    recipe::locate(refusal, origins, file_of(call), call.request.body));
}

Json describe(const std::vector<recipe::Item>& items, const std::vector<ObjectId>& made) {
    Json list(Json::Array{});
    for (const recipe::Item& item : items) {
        const ObjectId id = item.operation ? made[*item.operation] : item.id;
        Json json;
        json.set("name", item.name);
        json.set("type", item.type);
        json.set("key", item.key);
        json.set("action", recipe::to_string(item.action));
        json.set("id", id.value > 0 ? Json(id.value) : Json());
        list.add(std::move(json));
    }
    return list;
}

void answer_plan(const CallPointer& call, const Writes& writes, recipe::Compiled compiled) {
    const auto plan =
        writes.plan(call, {.principal = {}, .operations = std::move(compiled.operations)});
    if (!plan)
        return call->refuse(to_error(*call, plan.error(), compiled.origins));
    auto report = Json::parse(plan->report);
    if (!report)
        return call->refuse(report.error());
    report->set("items", describe(compiled.items, plan->outcome.ids));
    call->answer_json(report->format());
}

void answer_commit(const CallPointer& call, const Writes& writes, recipe::Compiled compiled,
                   Revision newest) {
    const auto answer = [call, items = std::move(compiled.items)](
                            Revision revision, const std::vector<ObjectId>& ids, bool changed) {
        Json json;
        json.set("revision", revision.value);
        json.set("changed", changed);
        json.set("items", describe(items, ids));
        call->answer_json(json.format());
    };
    if (compiled.operations.empty())
        return answer(newest, {}, false);
    writes.submit(
        call, std::move(compiled.operations),
        [call, answer, origins = std::move(compiled.origins)](Result<kernel::Committed> done) {
            if (done)
                answer(done->revision, done->outcome.ids, true);
            else
                call->refuse(to_error(*call, done.error(), origins));
        });
}

}  // namespace

void Recipes::add_to(Router& router) {
    const auto add = [&](std::string_view path, Verb verb) {
        router.add({"POST", path, [this, verb](const CallPointer& call) { start(call, verb); }});
    };
    add("/xosapi/v1/recipes/plan", Verb::Plan);
    add("/xosapi/v1/recipes/apply", Verb::Apply);
    add("/xosapi/v1/recipes/destroy", Verb::Destroy);
}

void Recipes::start(const CallPointer& call, Verb verb) const {
    std::vector<ErrorDetail> mistakes;
    check_parameters(*call, kParameters, mistakes);
    if (!mistakes.empty())
        return call->refuse(mistakes_error(ErrorCode::Invalid, std::move(mistakes)));
    parts_.workers.post([this, call, verb] { run(call, verb); });
}

void Recipes::run(const CallPointer& call, Verb verb) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    const std::string_view file = file_of(*call);
    const recipe::Surroundings around{
        .view = reader.view(),
        .is_visible = [&](const model::Row& row) { return reader.sees(row); }};
    auto outcome = verb == Verb::Destroy ? recipe::compile_destroy(file, call->request.body, around)
                                         : recipe::compile_apply(file, call->request.body, around);
    if (const auto* problems = std::get_if<schema::Problems>(&outcome))
        return call->refuse(to_error(ErrorCode::Invalid, *problems));
    auto& compiled = std::get<recipe::Compiled>(outcome);
    if (verb == Verb::Plan || call->is_asked("plan"))
        answer_plan(call, writes_, std::move(compiled));
    else
        answer_commit(call, writes_, std::move(compiled), reader.snapshot()->revision());
}

}  // namespace xos::api
