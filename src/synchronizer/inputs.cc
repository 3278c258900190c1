#include "synchronizer/inputs.h"

#include "base/crypto.h"
#include "expression/evaluator.h"

#include <algorithm>
#include <charconv>

namespace xos::synchronizer {

namespace {

constexpr std::size_t kHashLength = 32;

/// Feeds values to a hash so that no two lists of values look the same.
class ValueHash {
public:
    void add_text(std::string_view text) {
        sha_.add(std::to_string(text.size()) + ":");
        sha_.add(text);
    }
    void add_value(const model::Value& value) {
        sha_.add(std::string(1, static_cast<char>('0' + value.index())));
        if (const auto* boolean = std::get_if<bool>(&value))
            sha_.add(*boolean ? "1" : "0");
        else if (const auto* integer = std::get_if<std::int64_t>(&value))
            add_text(std::to_string(*integer));
        else if (const auto* number = std::get_if<double>(&value))
            add_text(exact(*number));
        else if (const auto* text = std::get_if<std::string>(&value))
            add_text(*text);
        else if (const auto* link = std::get_if<ObjectId>(&value))
            add_text(std::to_string(link->value));
        else if (const auto* links = std::get_if<std::vector<ObjectId>>(&value))
            add_links(*links);
    }
    std::string finish() { return to_hex(sha_.finish()).substr(0, kHashLength); }

private:
    void add_links(const std::vector<ObjectId>& links) {
        add_text(std::to_string(links.size()));
        for (const ObjectId link : links)
            add_text(std::to_string(link.value));
    }
    static std::string exact(double number) {
        char text[40];
        const auto end = std::to_chars(text, text + sizeof text, number);
        return std::string(text, end.ptr);
    }

    Sha256 sha_;
};

}  // namespace

std::string hash_inputs(model::View view, const Observation& observation, const model::Row& row,
                        std::string_view version) {
    ValueHash hash;
    hash.add_text(version);
    hash.add_text(observation.source.actuator);
    const schema::Type& type = view.type_of(row);
    for (std::size_t i = schema::base_field::kCount; i < type.fields.size(); ++i) {
        if (type.fields[i].field_class != schema::FieldClass::Feedback)
            hash.add_value(model::value_of(type, row, static_cast<schema::FieldIndex>(i)));
    }
    expression::Evaluator evaluator(view);
    for (const schema::Path& path : observation.reads) {
        const auto values = evaluator.values(path, {.object = &row});
        hash.add_text(std::to_string(values.size()));
        for (const model::Value& value : values)
            hash.add_value(value);
    }
    return hash.finish();
}

}  // namespace xos::synchronizer
