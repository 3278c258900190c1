#include "synchronizer/dependencies.h"

#include "expression/evaluator.h"

namespace xos::synchronizer {

namespace base = schema::base_field;
using model::Row;
using schema::Expression;
using schema::FieldType;

namespace {

bool is_made_real(const Row& row) {
    return !row.is_null(base::kBackendOwner);
}

/// A search that ends with the first object that blocks.
class Search {
public:
    Search(model::View view, const Row& row, const std::function<bool(ObjectId)>& accept)
        : view_(view), row_(row), accept_(accept) {}

    const std::optional<ObjectId>& found() const { return found_; }

    void look_at_targets() {
        const schema::Type& type = view_.type_of(row_);
        for (std::size_t i = 0; i < type.fields.size() && !found_; ++i) {
            const schema::Field& field = type.fields[i];
            const auto at = static_cast<schema::FieldIndex>(i);
            if (at == base::kBackendOwner || field.field_class == schema::FieldClass::Feedback)
                continue;
            if (field.type == FieldType::Link)
                consider_target(view_.follow(row_, at));
            if (field.type == FieldType::LinkSet) {
                for (const ObjectId member : row_.links(at))
                    consider_target(view_.find(member));
            }
        }
    }

    void look_at_sources() {
        for (const model::LinkPlace& place : view_.layout().links_to(row_.type())) {
            if (found_)
                return;
            if (place.field == base::kBackendOwner)
                continue;
            for (const Row* source : view_.linking(place.type, place.field, row_.id()))
                consider_source(*source);
        }
    }

    void look_after(const Observation::After& after) {
        if (const auto candidates = find_candidates(after)) {
            for (const Row* other : *candidates)
                consider_target(other);
            return;
        }
        view_.for_each(after.type, [&](const Row& other) {
            if (other.id() != row_.id() && !other.deleted() && !other.ready() &&
                holds(after.by, other, row_))
                consider_target(&other);
            return !found_;
        });
    }

    void look_before(const Observation& observation, const Observation::After& after) {
        view_.for_each_deleted(observation.type, [&](const Row& later) {
            if (later.id() != row_.id() && holds(after.by, row_, later))
                consider_source(later);
            return !found_;
        });
    }

private:
    bool holds(const Expression& by, const Row& other, const Row& self) {
        return expression::Evaluator(view_).holds(by, {.object = &other, .old = &self});
    }

    void consider_target(const Row* target) {
        if (!found_ && target && is_made_real(*target) && !target->ready() && accept_(target->id()))
            found_ = target->id();
    }

    void consider_source(const Row& source) {
        if (!found_ && is_made_real(source) && source.deleted() && accept_(source.id()))
            found_ = source.id();
    }

    /// For "link = obj.path" and "link in obj.path" the objects that fit, by index.
    std::optional<std::vector<const Row*>> find_candidates(const Observation::After& after) {
        const Expression& by = after.by;
        if (by.kind != Expression::Kind::Compare ||
            (by.comparison != schema::Comparison::Equal && by.comparison != schema::Comparison::In))
            return std::nullopt;
        const Expression* link = &by.operands[0];
        const Expression* path = &by.operands[1];
        if (by.comparison == schema::Comparison::Equal && link->path.root == schema::Root::Old)
            std::swap(link, path);
        if (link->kind != Expression::Kind::Path || path->kind != Expression::Kind::Path ||
            link->path.root != schema::Root::Object || link->path.steps.size() != 1 ||
            path->path.root != schema::Root::Old)
            return std::nullopt;
        const schema::Step& step = link->path.steps[0];
        const schema::Type& type = view_.schema().type(step.type);
        if (step.kind != schema::Step::Kind::Field || step.index >= type.fields.size() ||
            type.fields[step.index].type != FieldType::Link)
            return std::nullopt;
        std::vector<const Row*> found;
        const expression::Context context{.old = &row_};
        for (const model::Value& value : expression::Evaluator(view_).values(path->path, context)) {
            if (const auto* id = std::get_if<ObjectId>(&value)) {
                const auto linking = view_.live_linking(after.type, step.index, *id);
                found.insert(found.end(), linking.begin(), linking.end());
            }
        }
        return found;
    }

    model::View view_;
    const Row& row_;
    const std::function<bool(ObjectId)>& accept_;
    std::optional<ObjectId> found_;
};

}  // namespace

std::optional<ObjectId> find_blocker(model::View view, const Observations& observations,
                                     const Work& work,
                                     const std::function<bool(ObjectId)>& accept) {
    const Row& row = work.row;
    Search search(view, row, accept);
    if (work.duty.wanted == Duty::Wanted::Present) {
        search.look_at_targets();
        for (const Observation::After& after : work.duty.observation->after)
            search.look_after(after);
        return search.found();
    }
    if (!row.deleted())
        return std::nullopt;  // It goes to another service; those around it stay.
    search.look_at_sources();
    for (const Observation& one : observations.all()) {
        for (const Observation::After& after : one.after) {
            if (view.schema().is_a(row.type(), after.type))
                search.look_before(one, after);
        }
    }
    return search.found();
}

}  // namespace xos::synchronizer
