#include "api/plan_report.h"

#include "api/problem.h"
#include "base/json.h"
#include "base/text.h"
#include "model/codec.h"

#include <set>

namespace xos::api {

using model::FieldIndex;
using model::Row;
using schema::FieldClass;

namespace {

namespace base = schema::base_field;

/// A natural key that goes on through links names so many objects at most.
constexpr int kDeepestName = 4;

class Report {
public:
    Report(const access::Access& access, const kernel::Plan& plan,
           const access::Principal& principal, std::string& out)
        : access_(access),
          plan_(plan),
          principal_(principal),
          asked_(plan.outcome.ids.begin(), plan.outcome.ids.end()),
          writer_(out) {}

    void write(std::string_view token) {
        std::uint64_t hidden = 0;
        writer_.begin_object();
        writer_.member("plan", token);
        writer_.member("revision", plan_.before->revision().value);
        writer_.name("changes");
        writer_.begin_array();
        for (const model::Edit& edit : plan_.edits) {
            if (sees(edit))
                write_edit(edit);
            else
                ++hidden;
        }
        writer_.end_array();
        writer_.member("hidden", hidden);
        write_violations();
        writer_.name("results");
        writer_.begin_array();
        for (std::size_t i = 0; i < plan_.outcome.ids.size(); ++i)
            write_result(writer_, plan_.outcome, i);
        writer_.end_array();
        writer_.end_object();
    }

private:
    model::View before() const { return plan_.before->view(); }
    model::View after() const { return plan_.draft.view(); }

    bool sees(const model::Edit& edit) const {
        return (edit.before && access_.may_read(before(), principal_, *edit.before)) ||
               (edit.after && access_.may_read(after(), principal_, *edit.after));
    }

    bool sees(const model::Edit& edit, FieldIndex field) const {
        return (!edit.before ||
                access_.may_read_field(before(), principal_, *edit.before, field)) &&
               (!edit.after || access_.may_read_field(after(), principal_, *edit.after, field));
    }

    void write_violations() {
        writer_.name("violations");
        if (!plan_.violations)
            return writer_.null();
        writer_.begin_array();
        for (const kernel::Violation& one : *plan_.violations) {
            const Row* row = after().find(one.object);
            if (!row || !access_.may_read(after(), principal_, *row))
                continue;
            const schema::Type& type = after().type_of(*row);
            writer_.begin_object();
            writer_.member("rule", one.rule);
            writer_.member("type", type.full_name());
            writer_.member("id", one.object.value);
            writer_.member("name", name_of(*row));
            writer_.member("detail", one.message);
            writer_.end_object();
        }
        writer_.end_array();
    }

    static std::string_view verb(const model::Edit& edit) {
        if (!edit.before)
            return "create";
        if (!edit.after || (edit.after->deleted() && !edit.before->deleted()))
            return "delete";
        return "update";
    }

    void write_edit(const model::Edit& edit) {
        const schema::Type& type = after().type_of(edit.any());
        writer_.begin_object();
        writer_.member("change", verb(edit));
        writer_.member("type", type.full_name());
        writer_.member("id", edit.id().value);
        writer_.member("name", name_of(edit.any()));
        writer_.member("asked", asked_.count(edit.id()) > 0);
        writer_.name("fields");
        writer_.begin_object();
        for (std::size_t i = 0; edit.after && i < type.fields.size(); ++i)
            write_field(type, edit, static_cast<FieldIndex>(i));
        writer_.end_object();
        writer_.end_object();
    }

    /// The natural key: "mysite_web/web-1". What the caller may not see of it is a number.
    std::string name_of(const Row& row, int depth = kDeepestName) const {
        const schema::Type& type = after().type_of(row);
        std::vector<std::string> parts;
        for (const FieldIndex field : type.natural_key) {
            if (type.fields[field].type == schema::FieldType::String)
                parts.emplace_back(row.string(field));
            else if (type.fields[field].type == schema::FieldType::Int)
                parts.push_back(std::to_string(row.integer(field)));
            else if (type.fields[field].type == schema::FieldType::Link && depth > 0)
                parts.push_back(target_name(row, field, depth - 1));
        }
        return join(parts, "/");
    }

    std::string target_name(const Row& row, FieldIndex field, int depth) const {
        if (row.is_null(field))
            return "";
        const Row* target = after().follow(row, field);
        if (!target)
            target = before().follow(row, field);  // It goes, too.
        if (target && access_.may_read(after(), principal_, *target))
            return name_of(*target, depth);
        return target ? std::to_string(target->id().value) : "";
    }

    void write_field(const schema::Type& type, const model::Edit& edit, FieldIndex at) {
        const schema::Field& field = type.fields[at];
        const bool is_kept_by_system = field.field_class == FieldClass::Bookkeeping &&
                                       at != base::kBackendOwner && at != base::kDeleted;
        const bool same = edit.before ? model::same_value(type, *edit.before, *edit.after, at)
                                      : is_default(type, *edit.after, at);
        if (is_kept_by_system || same || !sees(edit, at))
            return;
        writer_.name(field.api_name);
        writer_.begin_object();
        if (edit.before) {
            writer_.name("old");
            write_value(field, *edit.before, at);
        }
        writer_.name("new");
        write_value(field, *edit.after, at);
        writer_.end_object();
    }

    /// Whether an object that is made has a value nobody thought of.
    static bool is_default(const schema::Type& type, const Row& row, FieldIndex at) {
        const schema::Field& field = type.fields[at];
        if (row.is_null(at) || field.auto_now_add ||
            field.default_function == schema::DefaultFunction::Now)
            return true;
        if (field.type == schema::FieldType::LinkSet)
            return row.links(at).empty();
        return model::value_of(type, row, at) == field.default_value;
    }

    void write_value(const schema::Field& field, const Row& row, FieldIndex at) {
        if (!model::is_hidden(field))
            return model::write_value(writer_, field, row, at);
        // The version is that of a commit which this plan is not.
        writer_.begin_object();
        writer_.member("set", !row.is_null(at));
        writer_.end_object();
    }

    const access::Access& access_;
    const kernel::Plan& plan_;
    const access::Principal& principal_;
    const std::set<ObjectId> asked_;
    JsonWriter writer_;
};

}  // namespace

std::string report_plan(const access::Access& access, const kernel::Plan& plan,
                        const access::Principal& principal, std::string_view token) {
    std::string text;
    Report(access, plan, principal, text).write(token);
    return text;
}

}  // namespace xos::api
