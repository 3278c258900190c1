#include "api/past.h"

#include "api/executor.h"
#include "api/list_query.h"
#include "api/past_rows.h"
#include "api/problem.h"
#include "api/targets.h"
#include "base/json.h"
#include "base/text.h"
#include "kernel/kernel.h"

#include <algorithm>

namespace xos::api {

using model::Row;

namespace {

Error bad_at(std::string message) {
    std::string text = "at " + message;
    return Error{ErrorCode::Malformed, std::move(text), {{"at", std::move(message)}}};
}

/// The request's parameters but `at`.
http::Query without_at(const Call& call) {
    http::Query query = call.request.query;
    std::erase_if(query, [](const auto& parameter) { return parameter.first == "at"; });
    return query;
}

Result<void> check_present(const Projection& projection) {
    if (projection.relations.empty() && projection.expansions.empty())
        return {};
    return bad_at("goes with fields of the object itself: reverse and expand show the present");
}

/// The past has no indexes and no links that can be followed.
Result<void> check_list(const ListQuery& list) {
    TRY(check_present(list.projection));
    const auto is_own = [](const auto& step_path) { return step_path.path.size() == 1; };
    const bool is_plain =
        std::all_of(list.query.conditions.begin(), list.query.conditions.end(), is_own) &&
        std::all_of(list.query.order.begin(), list.query.order.end(), is_own);
    if (is_plain && !list.query.predicate && !list.explain)
        return {};
    return bad_at(
        "goes with filters and orders on the type's own fields, limit, after, count, "
        "kind and fields; not with paths over links, q and explain");
}

Result<http::Response> show(Reader& reader, const Parts& parts, const Call& call, Revision at) {
    const schema::Type* type = TRY(get_type(reader.schema(), call.argument(0), call.argument(1)));
    const Projection projection =
        TRY(parse_projection(reader.schema(), *type, without_at(call), {}));
    TRY(check_present(projection));
    const Error none{ErrorCode::NotFound, "there was no " + type->name + " " +
                                              std::string(call.argument(2)) + " at revision " +
                                              std::to_string(at.value)};
    const auto id = parse_id(call.argument(2));
    PastRows rows(parts.kernel, reader, at);
    const Row* row = id ? TRY(rows.find(*type, *id)) : nullptr;
    if (!row || !reader.sees(*row))
        return none;
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    if (!rows.exact())
        response.headers.add("XOS-Exact", "false");
    std::string text;
    reader.write(text, *row, projection);
    response.body = std::move(text);
    return response;
}

std::string format_page(const Reader& reader, const ListQuery& list, const model::Page& page,
                        const PastRows& rows) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.name("items");
    writer.begin_array();
    std::string item;
    for (const Row* row : page.rows) {
        item.clear();
        reader.write(item, *row, list.projection);
        writer.raw(item);
    }
    writer.end_array();
    writer.member("revision", rows.at().value);
    writer.name("next");
    if (page.next.empty())
        writer.null();
    else
        writer.value(page.next);
    if (list.query.count)
        writer.member("total", std::uint64_t{page.total});
    if (!rows.exact())
        writer.member("exact", false);
    writer.end_object();
    return text;
}

Result<std::string> show_list(Reader& reader, const Parts& parts, const Call& call, Revision at) {
    const schema::Type* type = TRY(get_type(reader.schema(), call.argument(0), call.argument(1)));
    const ListQuery list = TRY(parse_list(reader, *type, without_at(call)));
    TRY(check_list(list));
    PastRows rows(parts.kernel, reader, at);
    TRY(rows.find_all(list.query));
    const model::Page page = TRY(model::find(rows.view(), list.query));
    return format_page(reader, list, page, rows);
}

}  // namespace

Result<std::optional<Revision>> parse_at(const Call& call, const kernel::Kernel& kernel) {
    const std::string* text = call.request.find_parameter("at");
    if (!text)
        return std::optional<Revision>();
    const Revision head = kernel.snapshot()->revision();
    Revision at;
    if (const auto number = parse_int(*text)) {
        if (*number < 0 || static_cast<std::uint64_t>(*number) > head.value)
            return bad_at("wants a revision from 1 to the present one, " +
                          std::to_string(head.value));
        at.value = static_cast<std::uint64_t>(*number);
    } else if (const auto time = parse_time(*text)) {
        at = TRY(kernel.journal().revision_at(*time));
    } else {
        return bad_at("wants a revision, or a time such as \"2026-01-31T12:00:00Z\"");
    }
    const Revision oldest = TRY(kernel.journal().oldest());
    if (at < oldest || at == Revision{})
        return Error{ErrorCode::Gone,
                     "the oldest revision that is kept is " + std::to_string(oldest.value),
                     {{"at", "is older than what is kept"}}};
    return std::optional(std::min(at, head));
}

void Past::get(const CallPointer& call) const {
    parts_.workers.post([this, call] {
        const auto answer = [&]() -> Result<http::Response> {
            const auto at = TRY(parse_at(*call, parts_.kernel));
            Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(),
                          call->identity.principal);
            return show(reader, parts_, *call, *at);
        };
        auto response = answer();
        if (response)
            call->answer(std::move(*response));
        else
            call->refuse(response.error());
    });
}

void Past::list(const CallPointer& call) const {
    parts_.workers.post([this, call] {
        const auto answer = [&]() -> Result<std::string> {
            const auto at = TRY(parse_at(*call, parts_.kernel));
            Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(),
                          call->identity.principal);
            return show_list(reader, parts_, *call, *at);
        };
        auto text = answer();
        if (text)
            call->answer_json(std::move(*text));
        else
            call->refuse(text.error());
    });
}

}  // namespace xos::api
