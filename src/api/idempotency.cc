#include "api/idempotency.h"

#include "api/executor.h"
#include "base/crypto.h"
#include "base/json.h"
#include "journal/engine.h"
#include "kernel/kernel.h"

#include <memory>

namespace xos::api {

namespace {

constexpr std::string_view kKind = "idempotency";
constexpr std::size_t kLongestName = 255;
constexpr std::chrono::hours kKept{24};

Json describe(const Error& error) {
    Json details(Json::Array{});
    for (const ErrorDetail& detail : error.details())
        details.add(Json(Json::Array{Json(detail.field), Json(detail.message)}));
    return Json(Json::Array{Json(to_string(error.code())), Json(error.message()), details});
}

std::string format_outcome(const std::string& request, Revision revision,
                           const kernel::Outcome& outcome) {
    Json list(Json::Array{});
    for (const ObjectId id : outcome.ids)
        list.add(id.value);
    Json refusals(Json::Array{});
    for (const auto& refusal : outcome.refusals)
        refusals.add(refusal ? describe(*refusal) : Json());
    Json json;
    json.set("request", request);
    json.set("revision", revision.value);
    json.set("ids", std::move(list));
    if (!outcome.refusals.empty())
        json.set("refusals", std::move(refusals));
    return json.format();
}

ErrorCode parse_code(std::string_view name) {
    for (const ErrorCode code : kAllErrorCodes) {
        if (to_string(code) == name)
            return code;
    }
    return ErrorCode::Internal;
}

const Json::Array& members(const Json* json) {
    static const Json::Array kNone;
    return json && json->as_array() ? *json->as_array() : kNone;
}

std::string text_at(const Json::Array& array, std::size_t at) {
    return at < array.size() && array[at].as_string() ? *array[at].as_string() : std::string();
}

std::optional<Error> parse_refusal(const Json& json) {
    if (json.is_null())
        return std::nullopt;
    const Json::Array& parts = members(&json);
    std::vector<ErrorDetail> details;
    for (const Json& detail : members(parts.size() > 2 ? &parts[2] : nullptr))
        details.push_back({text_at(members(&detail), 0), text_at(members(&detail), 1)});
    return Error{parse_code(text_at(parts, 0)), text_at(parts, 1), std::move(details)};
}

}  // namespace

class Idempotency::Claim {
public:
    Claim(Guarded<std::set<std::string>>& under_way, std::string key)
        : under_way_(under_way), key_(std::move(key)) {}
    ~Claim() {
        under_way_.with([&](auto& under_way) { under_way.erase(key_); });
    }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

private:
    Guarded<std::set<std::string>>& under_way_;
    const std::string key_;
};

void Idempotency::run(const CallPointer& call, Earlier earlier, std::function<void()> fresh) {
    const auto given = call->request.headers.find("Idempotency-Key");
    if (!given || call->is_asked("plan"))
        return fresh();
    if (given->empty() || given->size() > kLongestName)
        return call->refuse({ErrorCode::Malformed, "Idempotency-Key wants 1 to 255 characters"});
    const http::Request& request = call->request;
    const Name name{
        sha256_hex(std::to_string(call->identity.principal.id.value) + "\n" + std::string(*given)),
        // A body may hold a password, which a plain hash would let be guessed.
        parts_.kernel.sealing().fingerprint(request.method + " " + request.target + "\n" +
                                            request.body)};
    const bool is_first =
        under_way_.with([&](auto& under_way) { return under_way.insert(name.key).second; });
    if (!is_first)
        return call->refuse(
            {ErrorCode::Conflict, "a request with this Idempotency-Key is under way"});
    call->claim = std::make_shared<const Claim>(under_way_, name.key);
    parts_.workers.post([this, call, name, earlier = std::move(earlier), fresh = std::move(fresh)] {
        const auto found = find_earlier(name);
        if (!found)
            return call->refuse(found.error());
        if (*found)
            return earlier(**found);
        call->side = [name, expires = parts_.wall_clock.now() + kKept](
                         Revision revision, const kernel::Outcome& outcome) {
            return std::vector<journal::SideRecord>{
                {.kind = std::string(kKind),
                 .key = name.key,
                 .value = format_outcome(name.request, revision, outcome),
                 .expires = expires}};
        };
        fresh();
    });
}

Result<std::optional<kernel::Committed>> Idempotency::find_earlier(const Name& name) const {
    const auto record = TRY(parts_.kernel.journal().find_side(kKind, name.key));
    if (!record || (record->expires && *record->expires <= parts_.wall_clock.now()))
        return std::optional<kernel::Committed>{};
    const Json json = TRY(Json::parse(record->value));
    if (json.text("request") != name.request)
        return Error{ErrorCode::Invalid, "this Idempotency-Key was used for another request"};
    kernel::Committed done{
        .revision = Revision{static_cast<std::uint64_t>(json.number("revision"))},
        .outcome = {},
        .after = parts_.kernel.snapshot()};
    for (const Json& id : members(json.find("ids"))) {
        if (id.as_int())
            done.outcome.ids.push_back(ObjectId{static_cast<std::uint64_t>(*id.as_int())});
    }
    for (const Json& refusal : members(json.find("refusals")))
        done.outcome.refusals.push_back(parse_refusal(refusal));
    return std::optional<kernel::Committed>(std::move(done));
}

}  // namespace xos::api
