#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

bool is_host_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
}

/// An Instance without a name is `<slice>-<number>`, the lowest number from 1 on that no live
/// Instance of the Slice has in its name. One that is given can be a host's name: its neighbors
/// find it by that.
class InstanceName : public CoreRule {
public:
    explicit InstanceName(FieldsPointer fields)
        : CoreRule("instance name", fields, {fields->instance.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& instances = fields().instance;
        const Row* instance = find_live(change, instances.type, edit.id());
        if (!instance)
            return {};
        if (!instance->string(instances.name).empty())
            return touches(change, edit, {instances.name}) ? check(change, *instance)
                                                           : Result<void>();
        const Row* slice = find_live(change, fields().slice.type, instance->link(instances.slice));
        if (!slice)
            return {};
        std::string start = std::string(slice->string(fields().slice.name)) + "-";
        std::replace_if(
            start.begin(), start.end(), [](char letter) { return !is_host_letter(letter); }, '-');
        change.update(instance->id(),
                      {{instances.name, start + lowest_free(change.view(), *slice, start)}});
        return {};
    }

private:
    Result<void> check(const Change& change, const Row& instance) const {
        const FieldIndex field = fields().instance.name;
        const std::string_view name = instance.string(field);
        const bool is_host_name = std::all_of(name.begin(), name.end(), is_host_letter) &&
                                  name[0] != '-' && name[0] != '.' && name != "localhost";
        if (is_host_name)
            return {};
        return refuse(
            change, instance, field,
            "a name is made of letters, digits, _, - and ., begins with a letter, a digit "
            "or _, and is not localhost: others find the instance by it");
    }

    std::string lowest_free(View view, const Row& slice, const std::string& start) const {
        const auto& instances = fields().instance;
        const auto others = view.live_linking(instances.type, instances.slice, slice.id());
        // Of n names, one of the first n + 1 numbers is free.
        std::vector<bool> taken(others.size() + 2);
        for (const Row* other : others) {
            const std::string_view name = other->string(instances.name);
            if (!name.starts_with(start))
                continue;
            const auto number = number_of(name.substr(start.size()));
            if (number && *number < taken.size())
                taken[*number] = true;
        }
        const auto free = std::find(taken.begin() + 1, taken.end(), false);
        return std::to_string(free - taken.begin());
    }

    /// The number that `text` writes as this rule would: "7", but not "07".
    static std::optional<std::size_t> number_of(std::string_view text) {
        if (text.empty() || text.size() > 9 || text[0] == '0')
            return std::nullopt;
        std::size_t number = 0;
        for (const char digit : text) {
            if (digit < '0' || digit > '9')
                return std::nullopt;
            number = number * 10 + static_cast<std::size_t>(digit - '0');
        }
        return number;
    }
};

}  // namespace

RulePointer make_instance_name(FieldsPointer fields) {
    return std::make_unique<InstanceName>(std::move(fields));
}

}  // namespace xos::core
