#include "synchronizer/mirror.h"

#include "model/codec.h"

namespace xos::synchronizer {

using client::WatchEvent;

Mirror::Mirror(std::shared_ptr<const schema::Schema> schema)
    : schema_(std::move(schema)), store_(schema_), repeated_(std::in_place) {}

model::Draft& Mirror::draft() {
    if (!draft_)
        draft_.emplace(store_.begin());
    return *draft_;
}

Result<std::optional<MirrorDelta>> Mirror::apply(const WatchEvent& event) {
    if (event.position && position_ && event.position->lineage != position_->lineage)
        return Error{ErrorCode::Gone, "the model has lineage \"" + event.position->lineage +
                                          "\" in place of \"" + position_->lineage + "\""};
    switch (event.kind) {
        case WatchEvent::Kind::Put: TRY(put(event)); break;
        case WatchEvent::Kind::Remove:
            if (draft().view().find(event.id))
                draft().remove(event.id);
            break;
        case WatchEvent::Kind::Reset:
            draft_.reset();
            repeated_.emplace();
            return std::optional<MirrorDelta>();
        case WatchEvent::Kind::Schema:
            return Error{ErrorCode::Gone, "the types of the model have changed"};
        case WatchEvent::Kind::Bookmark: break;
    }
    const bool is_bookmark = event.kind == WatchEvent::Kind::Bookmark;
    if (!event.position || (repeated_ && !is_bookmark))
        return std::optional<MirrorDelta>();
    return publish(event);
}

Result<void> Mirror::put(const WatchEvent& event) {
    const schema::Type* type = schema_->find_type(event.type);
    if (!type)
        return Error{ErrorCode::Gone, "the model has a type \"" + event.type + "\" of its own"};
    const auto values = TRY(model::read_document(*type, event.object));
    const model::Row* row = draft().view().find(event.id);
    if (row && row->type() != type->id)
        return Error{ErrorCode::Gone,
                     "object " + std::to_string(event.id.value) + " has another type"};
    if (row)
        draft().update(event.id, values);
    else
        draft().create(*type, event.id, values);
    if (repeated_)
        repeated_->insert(event.id);
    return {};
}

std::optional<MirrorDelta> Mirror::publish(const WatchEvent& event) {
    if (repeated_) {
        std::vector<ObjectId> dropped;
        for (auto at = draft().view().tree(model::Layout::kTypes).begin(); at; at.next()) {
            if (!repeated_->contains(ObjectId{(*at).key}))
                dropped.push_back(ObjectId{(*at).key});
        }
        for (const ObjectId id : dropped)
            draft().remove(id);
        repeated_.reset();
    }
    MirrorDelta delta{.before = store_.snapshot(), .edits = draft().net_edits_since(0)};
    delta.after = store_.publish(std::move(*draft_), event.position->revision);
    draft_.reset();
    position_ = event.position;
    return delta;
}

void Mirror::end_stream() {
    draft_.reset();
    if (!is_loaded())
        repeated_.emplace();
    else
        repeated_.reset();
}

}  // namespace xos::synchronizer
