#include "kernel/batch.h"

#include "model/codec.h"

namespace xos::kernel {

void Kernel::Work::answer(const model::SnapshotPointer& after) {
    if (is_status()) {
        if (status_result)
            (*status_result).revision = revision;
        status_done(std::move(status_result));
    } else if (outcome) {
        done(
            Committed{.revision = revision, .outcome = std::move(outcome).value(), .after = after});
    } else {
        done(std::move(outcome).error());
    }
}

void Kernel::Work::refuse(Error error) {
    if (is_status())
        status_done(std::move(error));
    else
        done(std::move(error));
}

namespace {

bool hides_fields(const schema::Type& type) {
    for (const schema::Field& field : type.fields) {
        if (model::is_hidden(field) || !field.history)
            return true;
    }
    return false;
}

journal::Retention retention(const schema::Type& type, const model::Edit& edit, Revision revision) {
    if (!type.history)
        return journal::Retention::None;
    if (!edit.after || edit.after->goal_revision() == revision)
        return journal::Retention::Forever;
    return journal::Retention::Limited;
}

}  // namespace

journal::Commit to_journal(const Change& change, const Announcement::Commit& announced,
                           journal::SchemaVersion schema) {
    journal::Commit commit{.revision = change.revision(),
                           .time = from_microseconds(change.now()),
                           .user = announced.principal.name,
                           .request = announced.request,
                           .schema = schema,
                           .changes = {},
                           .side = {}};
    for (const model::Edit& edit : announced.edits) {
        const schema::Type& type = change.schema().type(edit.any().type());
        journal::Change entry{.id = edit.id(),
                              .type = type.full_name(),
                              .document = {},
                              .retention = retention(type, edit, change.revision()),
                              .history_document = std::nullopt};
        if (edit.after) {
            model::write_stored(entry.document, type, *edit.after);
            if (type.history && hides_fields(type))
                model::write_history(entry.history_document.emplace(), type, *edit.after);
        }
        commit.changes.push_back(std::move(entry));
    }
    return commit;
}

}  // namespace xos::kernel
