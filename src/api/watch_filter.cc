#include "api/watch_filter.h"

#include "api/problem.h"
#include "base/json.h"
#include "base/text.h"
#include "http/message.h"
#include "schema/suggestion.h"

#include <algorithm>

namespace xos::api {

using model::Edit;
using model::FieldIndex;
using model::Row;
using schema::Type;

namespace {

/// Version trees that a commit replaced and an old version keeps alive, for each object changed.
constexpr std::size_t kTreesOfEdit = 4096;

void append_event(std::string& out, std::string_view name, std::string data) {
    out += http::format_event({.id = "", .event = std::string(name), .data = std::move(data)});
}

std::string put_data(const Reader& reader, const Edit& edit) {
    const Type& type = reader.view().type_of(*edit.after);
    std::string object;
    reader.write(object, *edit.after);
    std::string data;
    JsonWriter writer(data);
    writer.begin_object();
    writer.member("type", type.full_name());
    writer.name("object");
    writer.raw(object);
    if (edit.before) {
        writer.name("changed");
        writer.begin_array();
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            const auto at = static_cast<FieldIndex>(i);
            if (!model::same_value(type, *edit.before, *edit.after, at) &&
                reader.sees(*edit.after, at))
                writer.value(type.fields[i].api_name);
        }
        writer.end_array();
    }
    writer.end_object();
    return data;
}

std::string remove_data(const Type& type, ObjectId id, Revision revision) {
    std::string data;
    JsonWriter writer(data);
    writer.begin_object();
    writer.member("type", type.full_name());
    writer.member("id", id.value);
    writer.member("revision", revision.value);
    writer.end_object();
    return data;
}

const Type* find_wished_type(const schema::Schema& schema, std::string_view name,
                             std::vector<ErrorDetail>& mistakes) {
    if (const Type* type = schema.find_type(name))
        return type;
    std::vector<std::string_view> names;
    for (const Type& type : schema.types())
        names.push_back(type.name);
    mistakes.push_back(
        {"types", "there is no type " + schema::quoted(name) + schema::did_you_mean(name, names)});
    return nullptr;
}

bool asks_for_self(const Selection& selection) {
    return std::any_of(
        selection.paths().begin(), selection.paths().end(), [](const schema::Path* path) {
            return path->root == schema::Root::User || path->root == schema::Root::Service;
        });
}

}  // namespace

Transition::Transition(std::shared_ptr<const kernel::Announcement> from)
    : announcement(std::move(from)) {
    std::map<ObjectId, Edit> net;
    for (const auto& commit : announcement->commits) {
        for (const Edit& edit : commit.edits) {
            const auto [at, is_new] = net.try_emplace(edit.id(), edit);
            if (!is_new)
                at->second.after = edit.after;
        }
    }
    for (const auto& [id, edit] : net) {
        if (edit.before || edit.after)
            edits.push_back(edit);
    }
}

std::size_t Transition::size() const {
    std::size_t size = sizeof(Transition);
    for (const Edit& edit : edits)
        size += kTreesOfEdit + (edit.before ? edit.before->size() : 0) +
                (edit.after ? edit.after->size() : 0);
    return size;
}

Result<std::shared_ptr<const WatchFilter>> WatchFilter::create(const Reader& reader,
                                                               const Wish& wish) {
    const schema::Schema& schema = reader.schema();
    std::vector<ErrorDetail> mistakes;
    std::shared_ptr<WatchFilter> filter(new WatchFilter(reader.principal()));
    std::vector<const Type*> types;
    for (const std::string_view name : split(wish.types, ',')) {
        if (const Type* type = find_wished_type(schema, trim(name), mistakes))
            types.push_back(type);
    }
    if (wish.types.empty()) {
        for (const Type& type : schema.types())
            types.push_back(&type);
        if (!wish.q.empty())
            mistakes.push_back({"q", "wants types=, whose fields it names"});
    }
    bool is_own = !reader.sees_all();
    for (const Type* type : mistakes.empty() ? types : std::vector<const Type*>{}) {
        std::shared_ptr<const Selection> selection;
        if (!wish.q.empty()) {
            auto parsed = Selection::parse(schema, *type, wish.q);
            if (parsed) {
                if (auto allowed = (*parsed)->check(reader); !allowed)
                    parsed = std::move(allowed).error();
            }
            if (!parsed) {
                const auto& details = parsed.error().details();
                mistakes.insert(mistakes.end(), details.begin(), details.end());
                continue;
            }
            selection = *parsed;
            is_own |= asks_for_self(*selection);
            filter->dependencies_.add(schema, selection->expression());
        }
        filter->add_type(*type, std::move(selection));
    }
    if (!mistakes.empty())
        return mistakes_error(ErrorCode::Invalid, std::move(mistakes));
    if (!reader.sees_all())
        filter->depend_on_policies(schema);
    const access::Principal& principal = reader.principal();
    filter->key_ = is_own ? std::to_string(principal.id.value) : "*";
    for (const TypeId leaf : filter->leaves_)
        filter->key_ += "," + std::to_string(leaf.value);
    filter->key_ += " " + wish.q;
    return std::shared_ptr<const WatchFilter>(std::move(filter));
}

void WatchFilter::add_type(const Type& type, std::shared_ptr<const Selection> selection) {
    for (const TypeId leaf : type.leaves) {
        if (selections_.emplace(leaf, selection).second)
            leaves_.push_back(leaf);
    }
    std::sort(leaves_.begin(), leaves_.end());
}

void WatchFilter::depend_on_policies(const schema::Schema& schema) {
    for (const TypeId leaf : leaves_) {
        for (const schema::PolicyId policy : schema.type(leaf).policies)
            dependencies_.add(schema, schema.policy(policy).expression);
    }
}

bool WatchFilter::shows(const Reader& reader, const Row& row) const {
    const auto at = selections_.find(row.type());
    if (at == selections_.end() || !reader.sees(row))
        return false;
    return !at->second || at->second->selects(reader, row);
}

WatchFilter::Candidates WatchFilter::find_candidates(const Transition& transition) const {
    const model::View before = transition.announcement->before->view();
    const model::View after = transition.announcement->after->view();
    Candidates candidates;
    for (const Edit& edit : transition.edits) {
        if (watches(edit.any().type()))
            candidates[edit.id()] = {edit.before, edit.after, true};
    }
    const bool is_self =
        key_[0] != '*' && std::any_of(transition.edits.begin(), transition.edits.end(),
                                      [&](const Edit& edit) { return edit.id() == principal_.id; });
    if (is_self || dependencies_.touches_all(after.schema(), transition.edits)) {
        add_all(transition, candidates);
        return candidates;
    }
    std::set<ObjectId> readers;
    for (const Edit& edit : transition.edits)
        dependencies_.add_readers(before, after, edit, readers);
    for (const ObjectId id : readers) {
        const Row* row = after.find(id);
        if (row && watches(row->type()))
            candidates.try_emplace(id, Candidate{before.find(id), row, false});
    }
    return candidates;
}

void WatchFilter::add_all(const Transition& transition, Candidates& candidates) const {
    const model::View before = transition.announcement->before->view();
    const model::View after = transition.announcement->after->view();
    for (const TypeId leaf : leaves_) {
        // What is only in one of the two was edited and is among the candidates already.
        after.for_each(leaf, [&](const Row& row) {
            candidates.try_emplace(row.id(), Candidate{before.find(row.id()), &row, false});
            return true;
        });
    }
}

std::string WatchFilter::render(const Sources& sources, const Transition& transition,
                                const std::string& id) const {
    const Reader before(sources.access, transition.announcement->before, principal_);
    const Reader after(sources.access, transition.announcement->after, principal_, &sources.texts);
    std::string out;
    std::string name, data;
    const auto flush = [&](std::string next_name, std::string next_data) {
        if (!name.empty())
            append_event(out, name, std::move(data));
        name = std::move(next_name);
        data = std::move(next_data);
    };
    for (const auto& [object, candidate] : find_candidates(transition)) {
        const bool was = candidate.before && shows(before, *candidate.before);
        const bool is = candidate.after && shows(after, *candidate.after);
        if (is && (candidate.is_edited || !was)) {
            const Edit edit{was ? candidate.before : nullptr, candidate.after};
            flush("put", put_data(after, edit));
        } else if (was && !is) {
            flush("remove", remove_data(before.view().type_of(*candidate.before), object,
                                        transition.revision()));
        }
    }
    if (!name.empty())
        out += http::format_event({.id = id, .event = name, .data = std::move(data)});
    return out;
}

void WatchFilter::append_put(std::string& out, const Reader& reader, const Row& row) {
    append_event(out, "put", put_data(reader, {nullptr, &row}));
}

}  // namespace xos::api
