#include "api/list_query.h"

#include "api/problem.h"
#include "api/selection.h"
#include "base/text.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>

namespace xos::api {

using model::FieldIndex;
using model::Query;
using schema::FieldType;
using schema::Schema;
using schema::Type;

namespace {

constexpr std::size_t kMostRows = 10'000;
constexpr std::size_t kMostExpanded = 4;

std::vector<std::string_view> path_names(const std::string& text) {
    return split(text, '.');
}

class ProjectionParser {
public:
    ProjectionParser(const Schema& schema, std::vector<ErrorDetail>& mistakes)
        : schema_(schema), mistakes_(mistakes) {}

    /// Takes one parameter; false when it is about something else.
    bool parse(const Type& type, const http::Query::value_type& parameter, Projection& projection) {
        const auto& [name, value] = parameter;
        if (name == "fields")
            fields(type, value, projection);
        else if (name == "reverse")
            reverse(type, value, projection);
        else if (name == "expand")
            expand(type, value, projection);
        else
            return false;
        return true;
    }

private:
    void fields(const Type& type, std::string_view text, Projection& projection) {
        for (const std::string_view name : split(text, ',')) {
            const auto field = type.find_field_index(trim(name));
            if (field)
                projection.fields.push_back(*field);
            else if (trim(name) != "class_names")
                complain("fields", type, name);
        }
    }

    void reverse(const Type& type, std::string_view text, Projection& projection) {
        for (const std::string_view name : split(text, ',')) {
            const schema::Relation* relation = type.find_relation(trim(name));
            if (relation)
                projection.relations.push_back(
                    static_cast<std::uint16_t>(relation - type.relations.data()));
            else
                complain_relation(type, name);
        }
    }

    void expand(const Type& type, std::string_view text, Projection& projection) {
        for (const std::string_view one : split(text, ',')) {
            const std::string path(trim(one));
            const auto names = path_names(path);
            if (names.empty() || names.size() > kMostExpanded)
                mistakes_.push_back({"expand", "wants paths of 1 to 4 links"});
            else
                expand_path(type, names, projection);
        }
    }

    void expand_path(const Type& type, std::span<const std::string_view> names,
                     Projection& projection) {
        const auto field = type.find_field_index(names[0]);
        if (!field || *field >= type.fields.size() || type.fields[*field].type != FieldType::Link) {
            complain("expand", type, names[0]);
            return;
        }
        auto at = std::find_if(projection.expansions.begin(), projection.expansions.end(),
                               [&](const auto& one) { return one.link == *field; });
        if (at == projection.expansions.end())
            at = projection.expansions.insert(at, {*field, {}});
        if (names.size() > 1)
            expand_path(schema_.type(type.fields[*field].target), names.subspan(1), at->projection);
    }

    void complain(const char* parameter, const Type& type, std::string_view name) {
        const bool is_link = parameter == std::string_view("expand");
        std::vector<std::string_view> names{"id", "ready", "leaf_model_name"};
        for (const auto& field : type.fields)
            names.push_back(field.api_name);
        mistakes_.push_back({parameter, schema::quoted(name) + " is no " +
                                            (is_link ? "link" : "field") + " of " + type.name +
                                            schema::did_you_mean(name, names)});
    }

    void complain_relation(const Type& type, std::string_view name) {
        std::vector<std::string_view> names;
        for (const auto& relation : type.relations)
            names.push_back(relation.name);
        mistakes_.push_back({"reverse", schema::quoted(name) + " is no reverse link of " +
                                            type.name + schema::did_you_mean(name, names)});
    }

    const Schema& schema_;
    std::vector<ErrorDetail>& mistakes_;
};

class ListParser {
public:
    ListParser(const Reader& reader, const Type& type) : reader_(reader), type_(type) {
        list_.query.type = type.id;
        list_.query.sight = reader.sight();
    }

    Result<ListQuery> parse(const http::Query& parameters) {
        ProjectionParser projections(reader_.schema(), mistakes_);
        for (const auto& parameter : parameters) {
            if (!projections.parse(type_, parameter, list_.projection) &&
                !parse_own(parameter.first, parameter.second))
                parse_filter(parameter.first, parameter.second);
        }
        if (mistakes_.empty())
            return std::move(list_);
        return mistakes_error(ErrorCode::Invalid, std::move(mistakes_));
    }

private:
    bool parse_own(const std::string& name, const std::string& value) {
        using Parse = void (ListParser::*)(const std::string&);
        static constexpr std::array<std::pair<std::string_view, Parse>, 7> kParameters{{
            {"order", &ListParser::parse_order},
            {"limit", &ListParser::parse_limit},
            {"after", &ListParser::parse_after},
            {"count", &ListParser::parse_count},
            {"kind", &ListParser::parse_kind},
            {"explain", &ListParser::parse_explain},
            {"q", &ListParser::parse_q},
        }};
        for (const auto& [known, parse] : kParameters) {
            if (known == name) {
                (this->*parse)(value);
                return true;
            }
        }
        return false;
    }

    void parse_filter(const std::string& name, const std::string& value) {
        auto condition = model::parse_condition(reader_.schema(), type_.id, name, value);
        if (condition)
            list_.query.conditions.push_back(std::move(*condition));
        else
            mistakes_.push_back({name, condition.error().message()});
    }

    void parse_order(const std::string& value) {
        auto order = model::parse_order(reader_.schema(), type_.id, value);
        if (order)
            list_.query.order = std::move(*order);
        else
            mistakes_.push_back({"order", order.error().message()});
    }

    void parse_limit(const std::string& value) {
        const auto limit = parse_int(value);
        if (limit && *limit >= 0 && *limit <= static_cast<std::int64_t>(kMostRows))
            list_.query.limit = static_cast<std::size_t>(*limit);
        else
            mistakes_.push_back({"limit", "wants a number from 0 to 10000"});
    }

    void parse_after(const std::string& value) { list_.query.after = value; }
    void parse_count(const std::string& value) { parse_flag("count", value, list_.query.count); }
    void parse_explain(const std::string& value) { parse_flag("explain", value, list_.explain); }

    void parse_flag(std::string name, const std::string& value, bool& flag) {
        if (value == "1" || value == "true")
            flag = true;
        else if (value != "0" && value != "false")
            mistakes_.push_back({std::move(name), "wants 1 or 0"});
    }

    void parse_kind(const std::string& value) {
        static constexpr std::array<std::pair<std::string_view, Query::Kind>, 6> kKinds{{
            {"default", Query::Kind::Live},
            {"live", Query::Kind::Live},
            {"deleted", Query::Kind::Deleted},
            {"dirty", Query::Kind::Dirty},
            {"dirty_policies", Query::Kind::None},  // Rules run in the commit itself.
            {"all", Query::Kind::All},
        }};
        for (const auto& [name, kind] : kKinds) {
            if (name == value) {
                list_.query.kind = kind;
                return;
            }
        }
        mistakes_.push_back({"kind", "wants live, deleted, dirty, dirty_policies or all"});
    }

    void parse_q(const std::string& value) {
        auto selection = Selection::parse(reader_.schema(), type_, value);
        if (selection) {
            if (auto allowed = (*selection)->check(reader_); !allowed)
                selection = std::move(allowed).error();
        }
        if (!selection) {
            const auto& details = selection.error().details();
            mistakes_.insert(mistakes_.end(), details.begin(), details.end());
            return;
        }
        list_.query.hints = (*selection)->hints();
        list_.query.predicate = [selection = *selection, &reader = reader_](const model::Row& row) {
            return selection->selects(reader, row);
        };
    }

    const Reader& reader_;
    const Type& type_;
    ListQuery list_;
    std::vector<ErrorDetail> mistakes_;
};

}  // namespace

Result<ListQuery> parse_list(const Reader& reader, const Type& type,
                             const http::Query& parameters) {
    return ListParser(reader, type).parse(parameters);
}

Result<Projection> parse_projection(const Schema& schema, const Type& type,
                                    const http::Query& parameters,
                                    std::span<const std::string_view> also) {
    Projection projection;
    std::vector<ErrorDetail> mistakes;
    ProjectionParser parser(schema, mistakes);
    for (const auto& parameter : parameters) {
        const std::string& name = parameter.first;
        if (parser.parse(type, parameter, projection) ||
            std::find(also.begin(), also.end(), name) != also.end())
            continue;
        std::vector<std::string_view> names{"fields", "expand", "reverse"};
        names.insert(names.end(), also.begin(), also.end());
        mistakes.push_back(
            {name, "is no parameter of this request" + schema::did_you_mean(name, names)});
    }
    if (mistakes.empty())
        return projection;
    return mistakes_error(ErrorCode::Invalid, std::move(mistakes));
}

}  // namespace xos::api
