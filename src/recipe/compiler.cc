#include "recipe/compiler.h"

#include "base/crypto.h"
#include "kernel/checks.h"
#include "recipe/bound_template.h"

#include <algorithm>

namespace xos::recipe {

using kernel::Operation;
using model::FieldIndex;
using model::FieldValues;
using model::Row;
using model::Value;
using schema::FieldType;

namespace {

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
            item.operation = compiled_.operations.size();
            compiled_.operations.push_back({.kind = Operation::Kind::Delete,
                                            .type = around_.view.schema().find_type(item.type)->id,
                                            .id = item.id});
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
        const auto* hash = std::get_if<std::string>(&old);
        const auto* password = std::get_if<std::string>(&value);
        return hash && password && verify_password(*hash, *password);
    }

    void apply_one(std::size_t at) {
        const BoundTemplate& node = templates_[at];
        Object& object = objects_[at];
        const FieldValues values = values_of(node);
        find_object(node, values, object);
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
            compiled_.operations.push_back(
                {.kind = object.row ? Operation::Kind::Update : Operation::Kind::Create,
                 .type = node.type->id,
                 .id = object.row ? object.id : ObjectId{},
                 .fields = std::move(changes),
                 .if_match = std::nullopt,
                 .cascade = Operation::Cascade::No,
                 .place = std::to_string(at) + "/"});
        }
        compiled_.items.push_back(std::move(item));
    }

    void destroy_one(std::size_t at) {
        const BoundTemplate& node = templates_[at];
        Object& object = objects_[at];
        // One that is not there has an id that nothing links to.
        find_object(node, values_of(node), object);
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
        for (const ErrorDetail& detail : checked.error().details())
            add_detail(detail);
        if (checked.error().details().empty())
            mistakes_.add({}, checked.error().message());
    }

    void add_detail(const ErrorDetail& detail) {
        const std::size_t slash = detail.field.find('/');
        const std::size_t at = std::stoul(detail.field.substr(0, slash));
        const BoundTemplate& node = templates_[at];
        const std::string name = detail.field.substr(slash + 1);
        const auto field = node.type->find_field_index(name);
        const auto place = field ? node.places.find(*field) : node.places.end();
        mistakes_.add(place == node.places.end() ? node.source->place : place->second,
                      "\"" + name + "\" " + detail.message);
    }

    Mistakes mistakes_;
    const Surroundings& around_;
    const Document document_;
    const std::vector<BoundTemplate> templates_;
    const std::vector<std::size_t> order_;
    std::vector<Object> objects_;
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

Outcome compile_apply(std::string_view file, std::string_view text, const Surroundings& around) {
    return Compiler(file, text, around).apply();
}

Outcome compile_destroy(std::string_view file, std::string_view text, const Surroundings& around) {
    return Compiler(file, text, around).destroy();
}

}  // namespace xos::recipe
