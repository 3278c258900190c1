#pragma once

#include "client/api.h"
#include "http/url.h"
#include "schema/schema.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xos::shell {

/// The objects of one xosd by the names that people use: types by "slice", "slices" or
/// "core/slices", objects by natural key ("mysite_app/web-1") or by number.
///
/// One thread at a time. `api` must outlive it.
class Catalog {
public:
    /// Reads the types from the API.
    static Result<std::unique_ptr<Catalog>> open(client::Api& api);

    client::Api& api() const { return api_; }
    const schema::Schema& schema() const { return *schema_; }

    /// NotFound with a suggestion.
    Result<const schema::Type*> find_type(std::string_view word) const;
    /// "core/slices"
    static std::string plural_of(const schema::Type& type) { return type.app + "/" + type.plural; }

    /// How objects of a type are named: "SLICE/NAME"; "" when only by number.
    std::string key_form(const schema::Type& type) const;
    /// The object with the natural key, or the number, `key`. NotFound; Conflict when the key fits
    /// several.
    Result<Json> find(const schema::Type& type, std::string_view key) const;
    Result<ObjectId> find_id(const schema::Type& type, std::string_view key) const;

    /// The natural keys of objects; "17" for one that cannot be read or has none.
    Result<void> load_keys(const schema::Type& type, const std::set<std::int64_t>& ids);
    /// Those that stand in the natural keys of these objects.
    Result<void> load_parts_of_keys(const schema::Type& type, const std::vector<Json>& objects);
    std::string key_of(const schema::Type& type, const Json& object);
    /// The key of the target of a link, which `load_keys` has read; else its number.
    std::string key_of_id(TypeId type, std::int64_t id) const;

    /// The value that `text` is for a field, as the API takes it: links by natural key, sets with
    /// commas, "@file" for a text from a file, nothing for null.
    Result<Json> parse_value(const schema::Field& field, const std::string& text) const;

private:
    Catalog(client::Api& api, std::shared_ptr<const schema::Schema> schema)
        : api_(api), schema_(std::move(schema)) {}

    Result<void> add_key_filters(const schema::Type& type, const std::string& prefix,
                                 std::vector<std::string>& parts, http::Query& query) const;

    client::Api& api_;
    const std::shared_ptr<const schema::Schema> schema_;
    std::map<std::int64_t, std::string> keys_;
};

}  // namespace xos::shell
