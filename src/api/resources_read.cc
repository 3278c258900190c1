#include "api/resources_read.h"

#include "api/conditions.h"
#include "api/executor.h"
#include "api/list_query.h"
#include "api/problem.h"
#include "api/targets.h"
#include "base/json.h"
#include "base/text.h"
#include "kernel/kernel.h"

#include <array>

namespace xos::api {

namespace {

/// Lists that may look at more rows than this leave the I/O threads.
constexpr std::size_t kShortList = 10'000;
/// So long are most objects as text.
constexpr std::size_t kUsualText = 1'000;
constexpr std::array<std::string_view, 1> kOwnParameters{"ready_at"};

std::shared_ptr<const Reader> make_reader(const Parts& parts, TextCache& texts, const Call& call) {
    return std::make_shared<Reader>(parts.kernel.access(), parts.kernel.snapshot(),
                                    call.identity.principal, &texts);
}

Result<http::Response> show(const Reader& reader, const Call& call) {
    const model::Row* row = TRY(get_object(reader, call));
    TRY(check_read(call.request.headers, entity_tag(*row)));
    const Projection projection = TRY(parse_projection(reader.schema(), reader.view().type_of(*row),
                                                       call.request.query, kOwnParameters));
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    // What comes from other objects can change without this one.
    if (projection.relations.empty() && projection.expansions.empty()) {
        response.headers.add("ETag", entity_tag(*row));
        response.headers.add("Cache-Control", "private, no-cache");
        if (names_tag(call.request.headers.text("If-None-Match"), entity_tag(*row))) {
            response.status = 304;
            return response;
        }
    } else {
        response.headers.add("Cache-Control", "no-store");
    }
    std::string text;
    reader.write(text, *row, projection);
    response.body = std::move(text);
    return response;
}

Result<std::string> show_list(const Reader& reader, const ListQuery& list) {
    const model::Page page = TRY(model::find(reader.view(), list.query));
    std::string text;
    text.reserve(page.rows.size() * kUsualText + 100);
    JsonWriter writer(text);
    writer.begin_object();
    writer.name("items");
    writer.begin_array();
    for (const model::Row* row : page.rows) {
        writer.raw("");
        reader.write(text, *row, list.projection);
    }
    writer.end_array();
    writer.member("revision", reader.snapshot()->revision().value);
    writer.name("next");
    if (page.next.empty())
        writer.null();
    else
        writer.value(page.next);
    if (list.query.count)
        writer.member("total", std::uint64_t{page.total});
    if (list.explain)
        writer.member("explain", model::explain(reader.view(), list.query));
    writer.end_object();
    return text;
}

}  // namespace

void ResourcesRead::get(const CallPointer& call) const {
    const std::string* ready_at = call->request.find_parameter("ready_at");
    if (!ready_at)
        return answer(call);
    const auto reader = make_reader(parts_, texts_, *call);
    const auto row = get_object(*reader, *call);
    if (!row)
        return call->refuse(row.error());
    const auto revision = parse_int(*ready_at);
    const auto newest = static_cast<std::int64_t>(reader->snapshot()->revision().value);
    if (!revision || *revision < 0 || *revision > newest)
        return call->refuse(mistakes_error(
            ErrorCode::Invalid,
            {{"ready_at", !revision || *revision < 0 ? "wants a revision"
                                                     : "is in the future: the newest revision is " +
                                                           std::to_string(newest)}}));
    waits_.wait(call, {(*row)->id(), Revision{static_cast<std::uint64_t>(*revision)}},
                [this, call] { answer(call); });
}

void ResourcesRead::answer(const CallPointer& call) const {
    const auto reader = make_reader(parts_, texts_, *call);
    auto response = show(*reader, *call);
    if (response)
        call->answer(std::move(*response));
    else
        call->refuse(response.error());
}

void ResourcesRead::list(const CallPointer& call) const {
    const auto reader = make_reader(parts_, texts_, *call);
    const auto type = get_type(reader->schema(), call->argument(0), call->argument(1));
    if (!type)
        return call->refuse(type.error());
    auto parsed = parse_list(*reader, **type, call->request.query);
    if (!parsed)
        return call->refuse(parsed.error());
    auto list = std::make_shared<const ListQuery>(std::move(*parsed));
    const auto run = [call, reader, list] {
        auto text = show_list(*reader, *list);
        if (text)
            call->answer_json(std::move(*text));
        else
            call->refuse(text.error());
    };
    if (model::estimate(reader->view(), list->query) > kShortList)
        parts_.workers.post(run);
    else
        run();
}

}  // namespace xos::api
