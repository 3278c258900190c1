#include "api/reader.h"

#include "base/json.h"
#include "model/codec.h"

#include <algorithm>

namespace xos::api {

using model::FieldIndex;
using model::Row;
using schema::FieldType;

Reader::Reader(const access::Access& access, model::SnapshotPointer snapshot,
               access::Principal principal, TextCache* texts)
    : access_(access),
      snapshot_(std::move(snapshot)),
      principal_(std::move(principal)),
      texts_(texts),
      sees_all_(access_.sees_all(snapshot_->view(), principal_)) {}

bool Reader::sees(const Row& row) const {
    if (sees_all_)
        return true;
    const Row* judged = judged_ ? judged_(row) : &row;
    return judged && access_.may_read(view(), principal_, *judged);
}

bool Reader::sees(const Row& row, FieldIndex field) const {
    const auto& fields = view().type_of(row).fields;
    if (field >= fields.size() || !fields[field].read_policy)
        return true;
    const Row* judged = judged_ ? judged_(row) : &row;
    return access_.may_read_field(view(), principal_, judged ? *judged : row, field);
}

const Row* Reader::find(const schema::Type& type, ObjectId id) const {
    const Row* row = view().find(type.id, id);
    return row && sees(*row) ? row : nullptr;
}

model::Sight Reader::sight() const {
    model::Sight sight;
    if (!sees_all_)
        sight.object = [this](const Row& row) { return sees(row); };
    sight.field = [this](const Row& row, FieldIndex field) { return sees(row, field); };
    return sight;
}

std::string Reader::name_of(const Row& row, int depth) const {
    const schema::Type& type = view().type_of(row);
    std::string name;
    for (const FieldIndex at : depth > 0 ? type.natural_key : std::vector<FieldIndex>{}) {
        if (!name.empty())
            name += '/';
        if (type.fields[at].type == FieldType::Link) {
            const Row* target = view().follow(row, at);
            if (target)
                name += sees(*target) ? name_of(*target, depth - 1)
                                      : std::to_string(target->id().value);
        } else if (type.fields[at].type == FieldType::String) {
            name += row.string(at);
        }
    }
    return name.empty() ? std::to_string(row.id().value) : name;
}

void Reader::write_field(JsonWriter& writer, const Row& row, FieldIndex at) const {
    const schema::Type& type = view().type_of(row);
    switch (at) {
        case schema::kIdField: return;  // Always there.
        case schema::kReadyField: writer.member("ready", row.ready()); return;
        case schema::kLeafModelNameField: writer.member("leaf_model_name", type.name); return;
        default: break;
    }
    const schema::Field& field = type.fields[at];
    if (!sees(row, at))
        return;
    writer.name_raw(view().layout().type(type.id).names[at]);
    if (model::is_hidden(field))
        model::write_hidden(writer, row, at);
    else
        model::write_value(writer, field, row, at);
}

/// Goes on with an object that is written.
void Reader::write_more(std::string& out, const Row& row, const Projection& projection) const {
    const schema::Type& type = view().type_of(row);
    JsonWriter writer(out);
    writer.reopen_object();
    for (const std::uint16_t at : projection.relations) {
        const schema::Relation& relation = type.relations[at];
        writer.name(relation.api_name);
        writer.begin_array();
        for (const Row* member : view().related(row, relation)) {
            if (sees(*member))
                writer.value(member->id().value);
        }
        writer.end_array();
    }
    for (const Projection::Expansion& expansion : projection.expansions) {
        if (!sees(row, expansion.link))
            continue;
        writer.name(type.fields[expansion.link].name);
        const Row* target = view().follow(row, expansion.link);
        if (!target || !sees(*target)) {
            writer.null();
            continue;
        }
        writer.raw("");
        write(out, *target, expansion.projection);
    }
    writer.end_object();
}

/// All fields, as who asks sees them.
void Reader::write_whole(std::string& out, const Row& row) const {
    const schema::Type& type = view().type_of(row);
    JsonWriter writer(out);
    writer.begin_object();
    writer.member("id", row.id().value);
    writer.raw(view().layout().type(type.id).identity);
    writer.member("ready", row.ready());
    for (std::size_t i = 0; i < type.fields.size(); ++i)
        write_field(writer, row, static_cast<FieldIndex>(i));
    writer.end_object();
}

/// The same, from the cache where all see the same.
void Reader::write_text(std::string& out, const Row& row) const {
    if (!texts_ || !view().layout().type(row.type()).is_same_for_all)
        return write_whole(out, row);
    if (const auto text = texts_->find(row)) {
        out += *text;
        return;
    }
    const std::size_t start = out.size();
    write_whole(out, row);
    texts_->add(row, std::string_view(out).substr(start));
}

void Reader::write(std::string& out, const Row& row, const Projection& projection) const {
    if (projection.fields.empty()) {
        write_text(out, row);
    } else {
        JsonWriter writer(out);
        writer.begin_object();
        writer.member("id", row.id().value);
        for (const FieldIndex field : projection.fields)
            write_field(writer, row, field);
        writer.end_object();
    }
    if (!projection.relations.empty() || !projection.expansions.empty())
        write_more(out, row, projection);
}

}  // namespace xos::api
