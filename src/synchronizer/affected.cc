#include "synchronizer/affected.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace xos::synchronizer {

namespace base = schema::base_field;
using model::Edit;
using model::Row;
using schema::FieldType;
using schema::Path;
using schema::Relation;
using schema::Step;

namespace {

bool came_or_went(const Edit& edit) {
    return !edit.before || !edit.after || edit.before->deleted() != edit.after->deleted();
}

/// Whether the wish for the object itself has changed, and not only what was reported of it.
bool is_new_goal(const Edit& edit) {
    return came_or_went(edit) || edit.before->goal_revision() != edit.after->goal_revision() ||
           edit.before->link(base::kBackendOwner) != edit.after->link(base::kBackendOwner);
}

/// A walk backwards along one path, from what has changed to the objects that it starts from.
///
/// `at_[i]` holds the rows from which step i reads something that may differ. It is filled from
/// the end: with what has changed there, and with what leads to the rows at i + 1.
class BackwardWalk {
public:
    BackwardWalk(model::View view, const Path& path)
        : view_(view), path_(path), at_(path.steps.size()) {}

    void start(const Edit& edit) {
        for (std::size_t i = 0; i < path_.steps.size(); ++i) {
            if (path_.steps[i].kind == Step::Kind::Field)
                start_at_field(i, edit);
            else
                start_at_relation(i, edit);
        }
    }

    void finish(std::set<ObjectId>& found) {
        for (std::size_t i = at_.size(); i-- > 1;) {
            for (const Row* row : at_[i])
                step_back(i - 1, *row);
        }
        if (at_.empty())
            return;
        for (const Row* row : at_[0])
            found.insert(row->id());
    }

private:
    bool differs(const Edit& edit, schema::FieldIndex field) const {
        if (came_or_went(edit))
            return true;
        if (field == schema::kReadyField)
            return edit.before->ready() != edit.after->ready();
        const schema::Type& type = view_.schema().type(edit.any().type());
        return field < type.fields.size() &&
               !model::same_value(type, *edit.before, *edit.after, field);
    }

    void add(std::size_t at, const Row* row) {
        if (row)
            at_[at].insert(row);
    }

    void start_at_field(std::size_t i, const Edit& edit) {
        const Step& step = path_.steps[i];
        if (!view_.schema().is_a(edit.any().type(), step.type) || !differs(edit, step.index))
            return;
        add(i, edit.before);
        add(i, edit.after);
    }

    void start_at_relation(std::size_t i, const Edit& edit) {
        const Relation& relation = relation_of(path_.steps[i]);
        const schema::Schema& schema = view_.schema();
        const TypeId type = edit.any().type();
        // The object at this end has come into sight, or gone.
        if (schema.is_a(type, path_.steps[i].type) && (!edit.before || !edit.after))
            add(i, &edit.any());
        // A row between the two ends comes, goes or moves; without one between, the far end itself.
        if (schema.is_a(type, relation.via) &&
            (differs(edit, relation.near) || (relation.far && differs(edit, *relation.far)))) {
            for (const Row* via : {edit.before, edit.after}) {
                if (via)
                    add_near(i, relation, *via);
            }
        }
        if (relation.far && schema.is_a(type, relation.target) && came_or_went(edit))
            step_back(i, edit.any());
    }

    const Relation& relation_of(const Step& step) const {
        return view_.schema().type(step.type).relations[step.index];
    }

    void add_near(std::size_t at, const Relation& relation, const Row& via) {
        if (view_.type_of(via).fields[relation.near].type != FieldType::LinkSet) {
            add(at, view_.follow(via, relation.near));
            return;
        }
        for (const ObjectId member : via.links(relation.near))
            add(at, view_.find(member));
    }

    /// Adds at `at` the rows from which step `at` leads to `row`.
    void step_back(std::size_t at, const Row& row) {
        const Step& step = path_.steps[at];
        if (step.kind == Step::Kind::Field) {
            for (const Row* source : view_.linking(step.type, step.index, row.id()))
                add(at, source);
            return;
        }
        const Relation& relation = relation_of(step);
        if (!relation.far) {
            add_near(at, relation, row);
            return;
        }
        for (const Row* via : view_.linking(relation.via, *relation.far, row.id()))
            add_near(at, relation, *via);
    }

    model::View view_;
    const Path& path_;
    std::vector<std::unordered_set<const Row*>> at_;
};

}  // namespace

std::vector<ObjectId> find_affected(model::View view, const Observations& observations,
                                    std::span<const Edit> edits) {
    std::set<ObjectId> found;
    for (const Observation& one : observations.all()) {
        for (const Edit& edit : edits) {
            if (edit.after && view.schema().is_a(edit.after->type(), one.type) && is_new_goal(edit))
                found.insert(edit.id());
        }
        for (const Path& path : one.paths) {
            BackwardWalk walk(view, path);
            for (const Edit& edit : edits)
                walk.start(edit);
            walk.finish(found);
        }
    }
    return {found.begin(), found.end()};
}

}  // namespace xos::synchronizer
