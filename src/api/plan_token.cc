#include "api/plan_token.h"

#include <unordered_map>

namespace xos::api {

namespace base = schema::base_field;
using kernel::Operation;
using model::Edit;
using model::FieldIndex;
using model::Row;
using schema::Field;
using schema::FieldClass;
using schema::Type;
using schema::Value;

namespace {

constexpr std::chrono::hours kLifetime{1};
constexpr std::size_t kExpirySize = 8;
constexpr std::size_t kSignatureSize = 32;

std::string encode(std::uint64_t number) {
    std::string bytes(kExpirySize, '\0');
    for (std::size_t i = 0; i < kExpirySize; ++i)
        bytes[i] = static_cast<char>(number >> (8 * (kExpirySize - 1 - i)) & 0xff);
    return bytes;
}

std::uint64_t decode(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes)
        number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

/// Puts values one after the other so that no two sequences look the same.
class Writer {
public:
    /// Ids for which `rename` has another number are written as that.
    explicit Writer(std::unordered_map<ObjectId, std::uint64_t> rename = {})
        : rename_(std::move(rename)) {}

    void add(std::uint64_t number) { hash_.add(encode(number)); }
    void add(std::string_view text) {
        add(std::uint64_t{text.size()});
        hash_.add(text);
    }
    void add(ObjectId id) {
        const auto at = rename_.find(id);
        add(std::string_view(at == rename_.end() ? "id" : "made"));
        add(at == rename_.end() ? id.value : at->second);
    }
    void add(const Value& value) {
        add(std::uint64_t{value.index()});
        if (const auto* flag = std::get_if<bool>(&value))
            add(std::uint64_t{*flag});
        else if (const auto* whole = std::get_if<std::int64_t>(&value))
            add(static_cast<std::uint64_t>(*whole));
        else if (const auto* number = std::get_if<double>(&value))
            add(std::string_view(reinterpret_cast<const char*>(number), sizeof(double)));
        else if (const auto* text = std::get_if<std::string>(&value))
            add(std::string_view(*text));
        else if (const auto* link = std::get_if<ObjectId>(&value))
            add(*link);
        else if (const auto* links = std::get_if<std::vector<ObjectId>>(&value))
            for (const ObjectId one : *links)
                add(one);
    }
    std::string finish() { return hash_.finish(); }

private:
    Sha256 hash_;
    const std::unordered_map<ObjectId, std::uint64_t> rename_;
};

/// Whether a field belongs to what a plan promises.
bool counts(const Field& field, FieldIndex at) {
    if (at == base::kDeleted || at == base::kBackendOwner)
        return true;
    return field.field_class == FieldClass::Declarative && !field.allocated &&
           field.type != schema::FieldType::Time;
}

void add_edit(Writer& writer, const Type& type, const Edit& edit) {
    writer.add(std::string_view(type.full_name()));
    writer.add(edit.id());
    writer.add(std::uint64_t{!edit.before} * 2 + std::uint64_t{!edit.after});
    for (std::size_t i = 0; edit.after && i < type.fields.size(); ++i) {
        const auto at = static_cast<FieldIndex>(i);
        if (!counts(type.fields[i], at) ||
            (edit.before && model::same_value(type, *edit.before, *edit.after, at)))
            continue;
        writer.add(std::uint64_t{i});
        if (edit.before)
            writer.add(model::value_of(type, *edit.before, at));
        writer.add(model::value_of(type, *edit.after, at));
    }
}

std::string outcome_of(model::View view, const std::vector<Edit>& edits) {
    std::unordered_map<ObjectId, std::uint64_t> made;
    for (const Edit& edit : edits) {
        if (!edit.before)
            made.emplace(edit.id(), made.size());
    }
    Writer writer(std::move(made));
    for (const Edit& edit : edits)
        add_edit(writer, view.schema().type(edit.any().type()), edit);
    return writer.finish();
}

Error wrong(std::string message) {
    return Error{ErrorCode::Invalid, "if_plan " + message, {{"if_plan", message}}};
}

}  // namespace

std::string PlanTokens::digest(const schema::Schema& schema,
                               const kernel::Transaction& transaction) {
    Writer writer;
    writer.add(static_cast<std::uint64_t>(transaction.principal.kind));
    writer.add(transaction.principal.id);
    writer.add(static_cast<std::uint64_t>(transaction.mode));
    for (const Operation& operation : transaction.operations) {
        writer.add(static_cast<std::uint64_t>(operation.kind));
        writer.add(std::string_view(schema.type(operation.type).full_name()));
        writer.add(operation.id);
        writer.add(static_cast<std::uint64_t>(operation.cascade));
        writer.add(std::string_view(operation.action));
        writer.add(std::uint64_t{operation.fields.size()});
        for (const auto& [field, value] : operation.fields) {
            writer.add(std::uint64_t{field});
            writer.add(value);
        }
    }
    return writer.finish();
}

std::string PlanTokens::sign(std::string_view what, std::string_view expiry,
                             std::string_view digest) const {
    return keyed_hash(key_, std::string(what) + std::string(expiry) + std::string(digest));
}

std::string PlanTokens::make(std::string_view digest, model::View view,
                             const std::vector<Edit>& edits) const {
    const auto expiry =
        encode(static_cast<std::uint64_t>(to_microseconds(clock_.now() + kLifetime)));
    const std::string whole = std::string(digest) + outcome_of(view, edits);
    return to_base64url(expiry + sign("request", expiry, digest) + sign("outcome", expiry, whole));
}

Result<kernel::Transaction::Review> PlanTokens::check(std::string_view token,
                                                      std::string_view digest) const {
    const auto bytes = from_base64url(token);
    if (!bytes || bytes->size() != kExpirySize + 2 * kSignatureSize)
        return wrong("wants the token of a plan");
    const std::string expiry = bytes->substr(0, kExpirySize);
    if (!equals_constant_time(bytes->substr(kExpirySize, kSignatureSize),
                              sign("request", expiry, digest)))
        return wrong("is the token of a plan of another request, or of another user");
    const auto ends = from_microseconds(static_cast<std::int64_t>(decode(expiry)));
    if (ends <= clock_.now())
        return Error{ErrorCode::Stale, "the plan is older than an hour: plan again"};
    return kernel::Transaction::Review(
        [this, expiry, digest = std::string(digest),
         wanted = bytes->substr(kExpirySize + kSignatureSize)](
            model::View view, const std::vector<Edit>& edits) -> Result<void> {
            const std::string whole = digest + outcome_of(view, edits);
            if (equals_constant_time(wanted, sign("outcome", expiry, whole)))
                return {};
            return Error{ErrorCode::Stale,
                         "the outcome would not be the one that was planned: plan again"};
        });
}

}  // namespace xos::api
