#include "journal/version.h"

namespace xos::journal {

std::string_view to_string(VersionKind kind) {
    switch (kind) {
        case VersionKind::Declarative: return "declarative";
        case VersionKind::Feedback: return "feedback";
        case VersionKind::Hidden: return "hidden";
        case VersionKind::Purge: return "purge";
        case VersionKind::HiddenPurge: return "hidden purge";
    }
    return "";
}

VersionKind kind_of(const Change& change) {
    if (change.retention == Retention::None)
        return change.is_purge() ? VersionKind::HiddenPurge : VersionKind::Hidden;
    if (change.is_purge())
        return VersionKind::Purge;
    return change.retention == Retention::Forever ? VersionKind::Declarative
                                                  : VersionKind::Feedback;
}

bool has_document(VersionKind kind) {
    return kind == VersionKind::Declarative || kind == VersionKind::Feedback;
}

bool is_kept_for_ever(VersionKind kind) {
    return kind == VersionKind::Declarative || kind == VersionKind::Purge;
}

}  // namespace xos::journal
