#include "recipe/compiler.h"

#include "base/crypto.h"
#include "base/text.h"
#include "kernel/checks.h"
#include "model/hidden.h"
#include "recipe/bound_template.h"

#include <algorithm>
#include <map>
#include <utility>

namespace xos::recipe {

using kernel::Operation;
using model::FieldIndex;
using model::FieldValues;
using model::Row;
using model::Value;
using schema::FieldType;

namespace {

constexpr std::string_view kPlace = "/operations/";

struct Located {
    Yaml::Place place;
    std::string message;
};

/// A detail's field is "/operations/3/fields/name", "/operations/3", or of no operation.
Located locate(const ErrorDetail& detail, const std::vector<Origin>& origins) {
    const auto pieces = split(detail.field, '/');
    const auto at = detail.field.starts_with(kPlace) ? parse_int(pieces[2]) : std::nullopt;
    if (!at || *at < 0 || static_cast<std::size_t>(*at) >= origins.size())
        return {{}, detail.sentence()};
    const Origin& origin = origins[static_cast<std::size_t>(*at)];
    if (pieces.size() < 5)
        return {origin.place, detail.message};
    const auto field = origin.fields.find(std::string(pieces[4]));
    const bool is_written = field != origin.fields.end();
    const ErrorDetail named{.field = "\"" + std::string(pieces[4]) + "\"",
                            .message = detail.message};
    return {is_written ? field->second : origin.place, named.sentence()};
}

std::vector<Located> places_of(const Error& error, const std::vector<Origin>& origins) {
    std::vector<Located> all;
    for (const ErrorDetail& detail : error.details())
        all.push_back(locate(detail, origins));
    if (all.empty())
        all.push_back({{}, error.message()});
    return all;
}

/// Works through the templates of one recipe in the order of their links.
class Compiler {
public:
    Compiler(std::string_view file, std::string_view text, const Surroundings& around)
        : mistakes_(file, text),
          around_(around),
          document_(parse_document(text, mistakes_)),
          templates_(bind(document_, around.view.schema(), mistakes_)),
          order_(in_order(templates_, mistakes_)),
          objects_(templates_.size()) {}

    Outcome apply() {
        for (const std::size_t at : order_) {
            if (templates_[at].type)
                apply_one(at);
        }
        check_values();
        return finish();
    }

    Outcome destroy() {
        for (const std::size_t at : order_) {
            if (templates_[at].type)
                destroy_one(at);
        }
        std::reverse(compiled_.items.begin(), compiled_.items.end());
        for (Item& item : compiled_.items) {
            if (item.action != Item::Action::Delete)
                continue;
            const std::size_t at = template_of(item.id);
            item.operation = compiled_.operations.size();
            add_operation(
                at,
                {.kind = Operation::Kind::Delete, .type = templates_[at].type->id, .id = item.id});
        }
        return finish();
    }

private:
    /// What stands for a template: an object that is there, or one that an operation makes.
    struct Object {
        const Row* row = nullptr;
        ObjectId id;
        std::string key;
    };

    Outcome finish() {
        if (!mistakes_.empty())
            return mistakes_.take();
        return std::move(compiled_);
    }

    const schema::Field& field(const BoundTemplate& node, FieldIndex at) const {
        return node.type->fields[at];
    }

    /// Properties and links together, as the operation gives them.
    FieldValues values_of(const BoundTemplate& node) const {
        FieldValues values = node.values;
        std::map<FieldIndex, std::vector<ObjectId>> sets;
        for (const auto& link : node.links) {
            const ObjectId target = objects_[link.target].id;
            if (field(node, link.field).type == FieldType::LinkSet)
                sets[link.field].push_back(target);
            else
                values.emplace_back(link.field, target);
        }
        for (auto& [at, members] : sets) {
            std::sort(members.begin(), members.end());
            values.emplace_back(at, std::move(members));
        }
        return values;
    }

    /// The object with the natural key that the template gives; says what of it is missing.
    void find_object(const BoundTemplate& node, const FieldValues& values, Object& object) {
        std::vector<Value> key;
        for (const FieldIndex at : node.type->natural_key) {
            const auto given = std::find_if(values.begin(), values.end(),
                                            [&](const auto& value) { return value.first == at; });
            if (given == values.end() || schema::is_null(given->second)) {
                mistakes_.add(node.source->place, "template \"" + node.source->name +
                                                      "\" lacks \"" + field(node, at).name +
                                                      "\", by which its " + node.type->name +
                                                      " is found again");
                object.key.clear();
                return;
            }
            key.push_back(given->second);
            object.key += (object.key.empty() ? "" : "/") + key_text(node, at, given->second);
        }
        if (key.empty() || std::any_of(key.begin(), key.end(), is_new))
            return;
        const auto found =
            around_.view.find_equal(node.type->id, node.type->natural_key[0], key[0]);
        for (const Row* row : found) {
            bool same = around_.is_visible(*row);
            for (std::size_t i = 1; same && i < key.size(); ++i)
                same = model::value_of(around_.view.type_of(*row), *row,
                                       node.type->natural_key[i]) == key[i];
            if (!same)
                continue;
            if (object.row)
                mistakes_.add(node.source->place, "there are several " + node.type->name +
                                                      " with the key \"" + object.key + "\"");
            object.row = row;
            object.id = row->id();
        }
    }

    static bool is_new(const Value& value) {
        const auto* link = std::get_if<ObjectId>(&value);
        return link && kernel::maker_of(*link);
    }

    std::string key_text(const BoundTemplate& node, FieldIndex at, const Value& value) const {
        for (const auto& link : node.links) {
            if (link.field == at)
                return objects_[link.target].key;
        }
        if (const auto* text = std::get_if<std::string>(&value))
            return *text;
        if (const auto* number = std::get_if<std::int64_t>(&value))
            return std::to_string(*number);
        return "";
    }

    static bool is_same(const schema::Type& type, const Row& row, FieldIndex at,
                        const Value& value) {
        const Value old = model::value_of(type, row, at);
        if (!type.fields[at].hashed)
            return old == value;
        const auto* text = std::get_if<std::string>(&old);
        const auto hidden = text ? model::parse_hidden(*text) : std::nullopt;
        const auto* password = std::get_if<std::string>(&value);
        return hidden && password && verify_password(std::string(hidden->content), *password);
    }

    void apply_one(std::size_t at) {
        const BoundTemplate& node = templates_[at];
        Object& object = objects_[at];
        const FieldValues values = values_of(node);
        find_object(node, values, object);
        refuse_twin(at);
        if (!object.row && node.source->must_exist)
            mistakes_.add(node.source->place, "there is no " + node.type->name + " \"" +
                                                  object.key + "\", and it must exist");
        Item item{.name = node.source->name,
                  .type = node.type->full_name(),
                  .key = object.key,
                  .action = object.row ? Item::Action::Keep : Item::Action::Create,
                  .id = object.id,
                  .operation = std::nullopt};
        FieldValues changes;
        for (const auto& [field, value] : values) {
            if (!object.row ||
                !is_same(around_.view.type_of(*object.row), *object.row, field, value))
                changes.emplace_back(field, value);
        }
        if (object.row && !changes.empty())
            item.action = Item::Action::Update;
        if (item.action != Item::Action::Keep) {
            item.operation = compiled_.operations.size();
            if (!object.row)
                object.id = kernel::made_by(*item.operation);
            add_operation(at,
                          {.kind = object.row ? Operation::Kind::Update : Operation::Kind::Create,
                           .type = node.type->id,
                           .id = object.row ? object.id : ObjectId{},
                           .fields = std::move(changes)});
        }
        compiled_.items.push_back(std::move(item));
    }

    void add_operation(std::size_t at, Operation operation) {
        const BoundTemplate& node = templates_[at];
        operation.place =
            std::string(kPlace) + std::to_string(compiled_.operations.size()) + "/fields/";
        Origin origin{.place = node.source->place, .fields = {}};
        for (const auto& [index, place] : node.places) {
            origin.fields.emplace(field(node, index).name, place);
            origin.fields.emplace(field(node, index).api_name, place);
        }
        compiled_.operations.push_back(std::move(operation));
        compiled_.origins.push_back(std::move(origin));
    }

    std::size_t template_of(ObjectId id) const {
        const auto found = std::find_if(objects_.begin(), objects_.end(),
                                        [&](const Object& object) { return object.id == id; });
        return static_cast<std::size_t>(found - objects_.begin());
    }

    /// Two templates for one object would each undo what the other says.
    void refuse_twin(std::size_t at) {
        const BoundTemplate& node = templates_[at];
        const Object& object = objects_[at];
        if (object.key.empty())
            return;
        const auto [first, is_new] = meant_.emplace(std::pair(node.type->id, object.key), at);
        if (is_new)
            return;
        const auto [earlier, later] = std::minmax(first->second, at);
        const NodeTemplate& one = *templates_[earlier].source;
        const NodeTemplate& other = *templates_[later].source;
        const bool says_nothing = one.must_exist && other.must_exist;
        // Of templates of one name it is said already.
        if (!says_nothing && one.name != other.name)
            mistakes_.add(other.place, "templates \"" + one.name + "\" and \"" + other.name +
                                           "\" mean the same " + node.type->name + " \"" +
                                           object.key + "\"");
    }

    void destroy_one(std::size_t at) {
        const BoundTemplate& node = templates_[at];
        Object& object = objects_[at];
        // One that is not there has an id that nothing links to.
        find_object(node, values_of(node), object);
        refuse_twin(at);
        if (!object.row)
            object.id = kernel::made_by(at);
        const bool goes = object.row && !node.source->mentions_must_exist;
        if (!object.row)
            return;
        compiled_.items.push_back({.name = node.source->name,
                                   .type = node.type->full_name(),
                                   .key = object.key,
                                   .action = goes ? Item::Action::Delete : Item::Action::Keep,
                                   .id = object.id,
                                   .operation = std::nullopt});
    }

    /// What the kernel would say of the values, at the places where they are written.
    void check_values() {
        kernel::Transaction trial{.principal = {.kind = kernel::Principal::Kind::User},
                                  .operations = compiled_.operations,
                                  .request = {}};
        for (Operation& operation : trial.operations)
            std::erase_if(operation.fields, [&](const auto& value) {
                return around_.view.schema().type(operation.type).fields[value.first].hashed;
            });
        const auto checked = kernel::check_values(around_.view.schema(), trial);
        if (checked)
            return;
        for (const Located& one : places_of(checked.error(), compiled_.origins))
            mistakes_.add(one.place, one.message);
    }

    Mistakes mistakes_;
    const Surroundings& around_;
    const Document document_;
    const std::vector<BoundTemplate> templates_;
    const std::vector<std::size_t> order_;
    std::vector<Object> objects_;
    std::map<std::pair<TypeId, std::string>, std::size_t> meant_;  ///< By type and natural key.
    Compiled compiled_;
};

}  // namespace

std::string_view to_string(Item::Action action) {
    switch (action) {
        case Item::Action::Create: return "create";
        case Item::Action::Update: return "update";
        case Item::Action::Keep: return "keep";
        case Item::Action::Delete: return "delete";
    }
    return "keep";
}

schema::Problems locate(const Error& error, const std::vector<Origin>& origins,
                        std::string_view file, std::string_view text) {
    Mistakes mistakes(file, text);
    for (const Located& one : places_of(error, origins))
        mistakes.add(one.place, one.message);
    return mistakes.take();
}

Outcome compile_apply(std::string_view file, std::string_view text, const Surroundings& around) {
    return Compiler(file, text, around).apply();
}

Outcome compile_destroy(std::string_view file, std::string_view text, const Surroundings& around) {
    return Compiler(file, text, around).destroy();
}

}  // namespace xos::recipe
