#include "api/history.h"

#include "api/executor.h"
#include "api/past.h"
#include "api/past_rows.h"
#include "api/problem.h"
#include "api/reader.h"
#include "api/targets.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/engine.h"
#include "kernel/kernel.h"
#include "model/codec.h"

#include <array>

namespace xos::api {

using journal::Version;
using model::FieldIndex;
using model::Row;

namespace {

constexpr std::size_t kMostVersions = 1000;
constexpr std::array<std::string_view, 3> kParameters{"limit", "before", "at"};

std::string_view shown_kind(const Version& version) {
    if (version.is_purge())
        return "purge";
    return version.kind == journal::VersionKind::Feedback ? "feedback" : "declarative";
}

/// The versions of one object as its reader may see them.
class Pages {
public:
    /// `row` is the object as it is, or nullptr when only its past is left.
    Pages(const Reader& reader, const Row* row) : reader_(reader), row_(row) {}

    Json describe(const Version& version, const Version* older) const {
        Json json;
        json.set("revision", version.revision.value);
        json.set("time", format_time(version.time));
        json.set("user", version.user);
        json.set("request", version.request);
        json.set("kind", shown_kind(version));
        const Json object = document_of(version);
        if (object.is_null())
            return json;
        json.set("object", object);
        json.set("changed", changed(object, older ? document_of(*older) : Json()));
        return json;
    }

private:
    /// The fields that today's rules let be seen.
    Json document_of(const Version& version) const {
        const schema::Type* type = reader_.schema().find_type(version.type);
        const auto parsed =
            version.document.empty() ? Result<Json>(Json()) : Json::parse(version.document);
        if (!parsed || !parsed->as_object())
            return Json();
        Json shown(Json::Object{});
        for (const auto& [name, value] : *parsed->as_object()) {
            const schema::Field* field = type ? type->find_field(name) : nullptr;
            if (!field || !field->history || (model::is_hidden(*field) && !value.is_object()))
                continue;
            const auto at = static_cast<FieldIndex>(field - type->fields.data());
            if (field->read_policy && (!row_ || !reader_.sees(*row_, at)))
                continue;
            shown.set(name, value);
        }
        return shown;
    }

    static Json changed(const Json& object, const Json& older) {
        Json names(Json::Array{});
        for (const auto& [name, value] : *object.as_object()) {
            const Json* before = older.find(name);
            if (!before || *before != value)
                names.add(name);
        }
        if (!older.is_object())
            return names;
        for (const auto& [name, value] : *older.as_object()) {
            if (!object.find(name))
                names.add(name);
        }
        return names;
    }

    const Reader& reader_;
    const Row* row_;
};

struct Wish {
    ObjectId id;
    journal::Engine::Page page;
};

Result<Wish> parse_wish(const Call& call) {
    Wish wish;
    std::vector<ErrorDetail> mistakes;
    check_parameters(call, kParameters, mistakes);
    const auto number = [&](std::string_view name,
                            std::int64_t most) -> std::optional<std::int64_t> {
        const std::string* text = call.request.find_parameter(name);
        const auto value = text ? parse_int(*text) : std::nullopt;
        if (text && (!value || *value < 1 || *value > most))
            mistakes.push_back(
                {std::string(name), "wants a number from 1 to " + std::to_string(most)});
        return value;
    };
    if (const auto limit = number("limit", kMostVersions))
        wish.page.limit = static_cast<std::size_t>(*limit);
    if (const auto before = number("before", std::int64_t{1} << 53))
        wish.page.before = Revision{static_cast<std::uint64_t>(*before)};
    if (const auto id = parse_id(call.argument(2)))
        wish.id = *id;
    if (!mistakes.empty())
        return mistakes_error(ErrorCode::Invalid, std::move(mistakes));
    return wish;
}

Result<std::string> show(Reader& reader, const schema::Type& type, Wish wish,
                         const kernel::Kernel& kernel) {
    journal::Engine& journal = kernel.journal();
    PastRows rows(kernel, reader, reader.snapshot()->revision());
    const Error none{ErrorCode::NotFound,
                     "there is no " + type.name + " " + std::to_string(wish.id.value)};
    const Row* row = reader.find(type, wish.id);
    if (!row && reader.view().find(wish.id))
        return none;
    // The past of an object that is gone is for who could read it last; root's when nothing is
    // left.
    const Row* last = row ? nullptr : rows.last(wish.id);
    if (last && reader.sees(*last))
        row = last;
    if (!row && !reader.sees_all())
        return none;
    const std::size_t limit = wish.page.limit;
    wish.page.limit = limit + 1;  // One more, to tell what changed in the last and whether it is.
    const auto versions = TRY(journal.versions(wish.id, wish.page));
    if (versions.empty() && !row && !wish.page.before)
        return none;
    const schema::Type* first =
        versions.empty() ? &type : reader.schema().find_type(versions[0].type);
    if (!first || !reader.schema().is_a(first->id, type.id))
        return none;
    const Pages pages(reader, row);
    Json items(Json::Array{});
    for (std::size_t i = 0; i < std::min(limit, versions.size()); ++i)
        items.add(
            pages.describe(versions[i], i + 1 < versions.size() ? &versions[i + 1] : nullptr));
    Json json;
    json.set("items", std::move(items));
    json.set("next", versions.size() > limit ? Json(versions[limit - 1].revision.value) : Json());
    return json.format();
}

}  // namespace

void History::get(const CallPointer& call) const {
    const auto reader = std::make_shared<Reader>(parts_.kernel.access(), parts_.kernel.snapshot(),
                                                 call->identity.principal);
    const auto type = get_type(reader->schema(), call->argument(0), call->argument(1));
    if (!type)
        return call->refuse(type.error());
    const auto wish = parse_wish(*call);
    if (!wish)
        return call->refuse(wish.error());
    parts_.workers.post([this, call, reader, type = *type, wish = *wish]() mutable {
        const auto at = parse_at(*call, parts_.kernel);
        if (!at)
            return call->refuse(at.error());
        if (*at && (!wish.page.before || *wish.page.before > **at))
            wish.page.before = Revision{(*at)->value + 1};
        auto text = show(*reader, *type, wish, parts_.kernel);
        if (text)
            call->answer_json(std::move(*text));
        else
            call->refuse(text.error());
    });
}

}  // namespace xos::api
