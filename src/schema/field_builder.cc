#include "schema/field_builder.h"

#include "base/json.h"
#include "schema/number.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>
#include <limits>

namespace xos::schema {
namespace {

/// What a written type name stands for.
struct Scalar {
    std::string_view name;
    FieldType type;
    std::optional<double> min_value, max_value;
};

constexpr double kInt32Min = std::numeric_limits<std::int32_t>::min();
constexpr double kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr double kUint32Max = std::numeric_limits<std::uint32_t>::max();

constexpr std::array<Scalar, 18> kScalars = {{
    {"string", FieldType::String, {}, {}},
    {"bool", FieldType::Bool, {}, {}},
    {"int32", FieldType::Int, kInt32Min, kInt32Max},
    {"uint32", FieldType::Int, 0, kUint32Max},
    {"int64", FieldType::Int, {}, {}},
    {"float", FieldType::Double, {}, {}},
    {"double", FieldType::Double, {}, {}},
    {"json", FieldType::Json, {}, {}},
    {"map", FieldType::Map, {}, {}},
    {"bytes", FieldType::String, {}, {}},
    {"uint64", FieldType::Int, 0, {}},
    {"sint32", FieldType::Int, kInt32Min, kInt32Max},
    {"sint64", FieldType::Int, {}, {}},
    {"fixed32", FieldType::Int, 0, kUint32Max},
    {"fixed64", FieldType::Int, 0, {}},
    {"sfixed32", FieldType::Int, kInt32Min, kInt32Max},
    {"sfixed64", FieldType::Int, {}, {}},
    {"date", FieldType::Time, {}, {}},
}};

/// Field types as bits, for the table of options.
enum Fits : std::uint16_t {
    kBool = 1,
    kInt = 2,
    kDouble = 4,
    kString = 8,
    kTime = 16,
    kJson = 32,
    kMap = 64,
    kLink = 128,
    kLinkSet = 256,
    kNumber = kInt | kDouble,
    kKey = kInt | kString | kLink,
    kAny = 511
};

std::uint16_t bit_of(FieldType type) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
}

constexpr std::array<std::string_view, 9> kTypeWords = {
    "bool", "whole number", "number", "string", "date", "json", "map", "link", "set of links"};

std::string_view word_of(FieldType type) {
    return kTypeWords[static_cast<std::size_t>(type)];
}

/// "string" or "string or date": the field types in `bits`.
std::string words_of(std::uint16_t bits) {
    std::string out;
    for (std::size_t i = 0; i < kTypeWords.size(); ++i) {
        if ((bits >> i & 1) != 0)
            out += (out.empty() ? "" : " or ") + std::string(kTypeWords[i]);
    }
    return out;
}

class FieldBuilder {
public:
    FieldBuilder(const FieldSyntax& syntax, const FileSyntax& file, Findings& findings,
                 Findings& warnings)
        : syntax_(syntax), file_(file), findings_(findings), warnings_(warnings) {}

    FieldDraft run() {
        draft_.syntax = &syntax_;
        field_.name = syntax_.name.text;
        field_.required = syntax_.required;
        field_.blank = !syntax_.required;
        set_type();
        // First what decides the type, because the other options depend on that.
        for (const OptionSyntax& option : syntax_.options) {
            if (option.name.text == "content_type")
                apply(option);
        }
        for (const OptionSyntax& option : syntax_.options) {
            if (option.name.text != "content_type")
                apply(option);
        }
        field_.api_name = field_.name + (field_.type == FieldType::Link      ? "_id"
                                         : field_.type == FieldType::LinkSet ? "_ids"
                                                                             : "");
        if (field_.type == FieldType::LinkSet)
            field_.required = false;
        check_together();
        if (default_ != nullptr)
            set_default(default_->value);
        return std::move(draft_);
    }

private:
    using Apply = void (FieldBuilder::*)(const OptionSyntax&);
    struct Row {
        std::string_view name;
        std::uint16_t fits;
        Apply apply;
    };
    static const std::array<Row, 45> kRows;

    void set_type();
    void apply(const OptionSyntax& option);
    void check_together();
    void set_default(const OptionValue& value);
    void set_word_default(const OptionValue& value);
    void check_default(Place place);

    void complain(const OptionSyntax& option, std::string message) {
        findings_.add(option.value.place, std::move(message));
    }
    /// The value as text, whatever way it is written.
    static Word word_of_value(const OptionSyntax& option) {
        return {option.value.text, option.value.place};
    }

    template <bool Field::*member>
    void flag(const OptionSyntax& option) {
        field_.*member = read_bool(option, findings_);
    }
    template <std::string Field::*member>
    void copy_text(const OptionSyntax& option) {
        field_.*member = option.value.text;
    }
    template <std::optional<double> Field::*member>
    void number(const OptionSyntax& option) {
        const auto value = read_number(option.value.text);
        if (!value)
            return complain(option, quoted(option.value.text) + " is not a number");
        const auto* whole = std::get_if<std::int64_t>(&*value);
        field_.*member = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(*value);
    }
    template <FieldClass value>
    void field_class(const OptionSyntax& option) {
        if (read_bool(option, findings_))
            field_.field_class = value;
    }
    void null(const OptionSyntax& option) { field_.required = !read_bool(option, findings_); }
    void set_unique(const OptionSyntax& option) { draft_.unique = read_bool(option, findings_); }
    void unique_with(const OptionSyntax& option) {
        draft_.unique_with.push_back(word_of_value(option));
    }
    void read_policy(const OptionSyntax& option) { draft_.read_policy = word_of_value(option); }
    void write_policy(const OptionSyntax& option) { draft_.write_policy = word_of_value(option); }
    void keep_default(const OptionSyntax& option) { default_ = &option; }
    void ignore(const OptionSyntax&) {}
    void choices(const OptionSyntax& option);
    void content_type(const OptionSyntax& option);
    void max_length(const OptionSyntax& option);
    void on_delete(const OptionSyntax& option);

    const FieldSyntax& syntax_;
    const FileSyntax& file_;
    Findings& findings_;
    Findings& warnings_;
    FieldDraft draft_;
    Field& field_ = draft_.field;
    const OptionSyntax* default_ = nullptr;
};

const std::array<FieldBuilder::Row, 45> FieldBuilder::kRows = {{
    {"allocated", kAny, &FieldBuilder::flag<&Field::allocated>},
    {"auto_now_add", kTime, &FieldBuilder::flag<&Field::auto_now_add>},
    {"blank", kAny, &FieldBuilder::flag<&Field::blank>},
    {"bookkeeping_state", kAny, &FieldBuilder::field_class<FieldClass::Bookkeeping>},
    {"choices", kString | kInt, &FieldBuilder::choices},
    {"content_type", kString | kTime, &FieldBuilder::content_type},
    {"db_index", kAny, &FieldBuilder::flag<&Field::db_index>},
    {"default", kAny & ~kLinkSet, &FieldBuilder::keep_default},
    {"feedback_state", kAny, &FieldBuilder::field_class<FieldClass::Feedback>},
    {"gui_hidden", kAny, &FieldBuilder::flag<&Field::gui_hidden>},
    {"hashed", kString, &FieldBuilder::flag<&Field::hashed>},
    {"help_text", kAny, &FieldBuilder::copy_text<&Field::help_text>},
    {"history", kAny, &FieldBuilder::flag<&Field::history>},
    {"immutable", kAny, &FieldBuilder::flag<&Field::immutable>},
    {"max_length", kString | kTime, &FieldBuilder::max_length},
    {"max_value", kNumber, &FieldBuilder::number<&Field::max_value>},
    {"min_value", kNumber, &FieldBuilder::number<&Field::min_value>},
    {"null", kAny, &FieldBuilder::null},
    {"on_delete", kLink | kLinkSet, &FieldBuilder::on_delete},
    {"read_policy", kAny, &FieldBuilder::read_policy},
    {"secret", kString, &FieldBuilder::flag<&Field::secret>},
    {"text", kString, &FieldBuilder::flag<&Field::text>},
    {"tosca_key", kAny & ~kLinkSet, &FieldBuilder::flag<&Field::tosca_key>},
    {"tosca_key_one_of", kAny & ~kLinkSet, &FieldBuilder::copy_text<&Field::tosca_key_one_of>},
    {"unique", kKey, &FieldBuilder::set_unique},
    {"unique_with", kKey, &FieldBuilder::unique_with},
    {"varchar", kString, &FieldBuilder::flag<&Field::text>},
    {"verbose_name", kAny, &FieldBuilder::copy_text<&Field::verbose_name>},
    {"write_policy", kAny, &FieldBuilder::write_policy},
    // What only generators of the published compiler, or of protobuf, use.
    {"ctype", kAny, &FieldBuilder::ignore},
    {"custom_python", kAny, &FieldBuilder::ignore},
    {"deprecated", kAny, &FieldBuilder::ignore},
    {"dst_port", kAny, &FieldBuilder::ignore},
    {"jstype", kAny, &FieldBuilder::ignore},
    {"lazy", kAny, &FieldBuilder::ignore},
    {"legacy", kAny, &FieldBuilder::ignore},
    {"link", kAny, &FieldBuilder::ignore},
    {"link_type", kAny, &FieldBuilder::ignore},
    {"model", kAny, &FieldBuilder::ignore},
    {"modifier", kAny, &FieldBuilder::ignore},
    {"packed", kAny, &FieldBuilder::ignore},
    {"port", kAny, &FieldBuilder::ignore},
    {"src_port", kAny, &FieldBuilder::ignore},
    {"type", kAny, &FieldBuilder::ignore},
    {"weak", kAny, &FieldBuilder::ignore},
}};

void FieldBuilder::set_type() {
    if (syntax_.link != LinkKind::None) {
        field_.type = syntax_.link == LinkKind::ManyToMany ? FieldType::LinkSet : FieldType::Link;
        field_.one_to_one = syntax_.link == LinkKind::OneToOne;
        return;
    }
    const std::string_view name = syntax_.type.text;
    // Behind the last dot: the packages and messages before it are protobuf's.
    const std::string_view last = name.substr(name.rfind('.') + 1);
    const auto same = [&](const auto& entry) { return entry.name.text == last; };
    const auto values = std::find_if(file_.enums.begin(), file_.enums.end(), same);
    const bool message = std::any_of(file_.messages.begin(), file_.messages.end(), same) ||
                         std::any_of(file_.nested.begin(), file_.nested.end(),
                                     [&](const Word& word) { return word.text == last; });
    const auto scalar = std::find_if(kScalars.begin(), kScalars.end(),
                                     [&](const Scalar& entry) { return entry.name == name; });
    if (scalar != kScalars.end()) {
        field_.type = syntax_.repeated ? FieldType::Json : scalar->type;
        field_.min_value = scalar->min_value;
        field_.max_value = scalar->max_value;
    } else if (message || (values != file_.enums.end() && syntax_.repeated)) {
        field_.type = FieldType::Json;
    } else if (values != file_.enums.end()) {
        field_.type = FieldType::String;
        for (const Word& value : values->values)
            field_.choices.emplace_back(value.text, value.text);
    } else {
        std::vector<std::string_view> names;
        for (const Scalar& entry : kScalars)
            names.push_back(entry.name);
        findings_.add(syntax_.type.place,
                      "there is no field type " + quoted(name) + did_you_mean(name, names));
    }
}

void FieldBuilder::apply(const OptionSyntax& option) {
    if (option.foreign)
        return;
    const std::string_view name = option.name.text;
    const auto row = std::find_if(kRows.begin(), kRows.end(),
                                  [&](const Row& entry) { return entry.name == name; });
    if (row == kRows.end()) {
        std::vector<std::string_view> names;
        for (const Row& entry : kRows)
            names.push_back(entry.name);
        findings_.add(option.name.place,
                      "there is no field option " + quoted(name) + did_you_mean(name, names));
    } else if ((row->fits & bit_of(field_.type)) == 0) {
        findings_.add(option.name.place, quoted(name) + " is for a " + words_of(row->fits) + ", " +
                                             quoted(field_.name) + " is a " +
                                             std::string(word_of(field_.type)));
    } else {
        (this->*row->apply)(option);
    }
}

void FieldBuilder::choices(const OptionSyntax& option) {
    auto choices = read_choices(option.value.text);
    if (!choices)
        return complain(option, "choices are written \"(('value', 'Label'), …)\"");
    field_.choices = std::move(*choices);
}

void FieldBuilder::content_type(const OptionSyntax& option) {
    static constexpr std::array<std::string_view, 4> kNames = {"stripped", "date", "url", "ip"};
    const std::string& name = option.value.text;
    if (name == "date")
        field_.type = FieldType::Time;
    else if (name == "stripped")
        field_.format = Format::Stripped;
    else if (name == "url")
        field_.format = Format::Url;
    else if (name == "ip")
        field_.format = Format::Ip;
    else
        complain(option, "there is no content_type " + quoted(name) + did_you_mean(name, kNames));
}

void FieldBuilder::max_length(const OptionSyntax& option) {
    const auto value = read_number(option.value.text);
    const auto* length = value ? std::get_if<std::int64_t>(&*value) : nullptr;
    if (length == nullptr || *length < 1)
        return complain(option, "max_length is a whole number from 1");
    field_.max_length = *length;
}

void FieldBuilder::on_delete(const OptionSyntax& option) {
    static constexpr std::array<std::string_view, 3> kNames = {"protect", "cascade", "clear"};
    const auto name = std::find(kNames.begin(), kNames.end(), option.value.text);
    if (name == kNames.end()) {
        return complain(option, "on_delete is protect, cascade or clear" +
                                    did_you_mean(option.value.text, kNames));
    }
    field_.on_delete = static_cast<OnDelete>(name - kNames.begin());
}

/// Options that only make sense in some company.
void FieldBuilder::check_together() {
    const Place place = syntax_.name.place;
    if (field_.on_delete == OnDelete::Clear && field_.required)
        findings_.add(place, "a required link cannot have on_delete = clear");
    if (field_.secret && field_.hashed)
        findings_.add(place, "a field is secret or hashed, not both");
    const bool key =
        draft_.unique || !draft_.unique_with.empty() || field_.db_index || field_.tosca_key;
    if ((field_.secret || field_.hashed) && key)
        findings_.add(place, "a secret cannot be a key or have an index");
    if (field_.min_value && field_.max_value && *field_.min_value > *field_.max_value)
        findings_.add(place, "min_value is greater than max_value");
}

void FieldBuilder::set_word_default(const OptionValue& value) {
    if (value.text == "None" || value.text == "null")
        return;
    const std::string_view name = std::string_view(value.text).substr(0, value.text.find('('));
    const bool link = field_.type == FieldType::Link;
    const bool now = name == "now" || name == "timezone.now" || name == "datetime.now";
    field_.default_function = DefaultFunction::Null;
    if (now && field_.type == FieldType::Time)
        field_.default_function = DefaultFunction::Now;
    else if (link && name.starts_with("get_first_"))
        field_.default_function = DefaultFunction::First;
    else if (link && name.starts_with("get_default_"))
        field_.default_function = DefaultFunction::Preferred;
    else
        warnings_.add(value.place, "there is no function " + quoted(name) +
                                       " here: the default of " + quoted(field_.name) + " is null");
}

void FieldBuilder::set_default(const OptionValue& value) {
    const bool is_string = value.kind == OptionValue::Kind::String;
    const bool truth = value.text == "True" || value.text == "true";
    const auto wrong = [&](std::string_view right) {
        findings_.add(value.place, "the default of " + quoted(field_.name) + " is " +
                                       std::string(right) + ", not " + quoted(value.text));
    };
    const auto is_value = [&](const auto& choice) { return choice.first == value.text; };
    if (field_.type == FieldType::String && value.kind == OptionValue::Kind::Word &&
        std::any_of(field_.choices.begin(), field_.choices.end(), is_value)) {
        field_.default_value = value.text;  // A value of an enum.
    } else if (field_.type == FieldType::Bool) {
        if (!truth && value.text != "False" && value.text != "false")
            return wrong("True or False");
        field_.default_value = truth;
    } else if (value.text == "now()" && field_.type == FieldType::Time) {
        field_.default_function = DefaultFunction::Now;
    } else if (value.kind == OptionValue::Kind::Word || field_.type == FieldType::Link) {
        set_word_default(value);
    } else if (field_.type == FieldType::Time && value.text == "None") {
        return;
    } else if (field_.type == FieldType::Time) {
        return wrong("\"now()\" or None");
    } else if (field_.type == FieldType::Int || field_.type == FieldType::Double) {
        const auto number = read_number(value.text);
        const auto* whole = number ? std::get_if<std::int64_t>(&*number) : nullptr;
        if (!number || (whole == nullptr && field_.type == FieldType::Int))
            return wrong(field_.type == FieldType::Int ? "a whole number" : "a number");
        field_.default_value =
            whole != nullptr && field_.type == FieldType::Double ? Value(double(*whole)) : *number;
    } else if (field_.type == FieldType::Json || field_.type == FieldType::Map) {
        const auto json = Json::parse(value.text);
        if (!json || (field_.type == FieldType::Map && !json->is_object()))
            return wrong("JSON text");
        field_.default_value = json->format();
    } else if (is_string || value.kind == OptionValue::Kind::Number) {
        field_.default_value = value.text;
    }
    check_default(value.place);
}

void FieldBuilder::check_default(Place place) {
    const auto* text = std::get_if<std::string>(&field_.default_value);
    if (text != nullptr && field_.max_length &&
        text->size() > static_cast<std::size_t>(*field_.max_length))
        findings_.add(place, "the default is longer than max_length");
    std::vector<std::string_view> names;
    for (const auto& choice : field_.choices)
        names.push_back(choice.first);
    if (text != nullptr && !names.empty() &&
        std::find(names.begin(), names.end(), *text) == names.end())
        findings_.add(place, "the default is not one of the choices" + did_you_mean(*text, names));
    const auto* whole = std::get_if<std::int64_t>(&field_.default_value);
    const auto* real = std::get_if<double>(&field_.default_value);
    if (whole == nullptr && real == nullptr)
        return;
    const double number = whole != nullptr ? static_cast<double>(*whole) : *real;
    if ((field_.min_value && number < *field_.min_value) ||
        (field_.max_value && number > *field_.max_value))
        findings_.add(place, "the default is outside of the field's range");
}

}  // namespace

bool read_bool(const OptionSyntax& option, Findings& findings) {
    const std::string& text = option.value.text;
    if (text == "True" || text == "true")
        return true;
    if (text != "False" && text != "false")
        findings.add(option.value.place, quoted(option.name.text) + " is True or False");
    return false;
}

FieldDraft build_field(const FieldSyntax& syntax, const FileSyntax& file, Findings& findings,
                       Findings& warnings) {
    return FieldBuilder(syntax, file, findings, warnings).run();
}

}  // namespace xos::schema
