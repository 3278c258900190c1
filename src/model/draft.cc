#include "model/draft.h"

#include "base/check.h"

#include <algorithm>
#include <map>

namespace xos::model {

namespace {

std::uint64_t word_of(const Row* row) {
    return reinterpret_cast<std::uint64_t>(row);
}

}  // namespace

Draft::Draft(SnapshotPointer base, std::uint64_t batch)
    : base_(std::move(base)), tables_(base_->tables()), editor_(batch) {}

Draft::Draft(Draft&& other) noexcept
    : base_(std::move(other.base_)),
      tables_(std::move(other.tables_)),
      editor_(std::move(other.editor_)),
      edits_(std::move(other.edits_)),
      made_(std::move(other.made_)),
      undone_(std::move(other.undone_)),
      loading_(std::move(other.loading_)) {
    other.tables_.roots.clear();
    other.made_.clear();
}

Draft::~Draft() {
    for (Tree& root : tables_.roots)
        root.free_batch(editor_.batch());
    for (const Row* row : made_)
        free_row(row);
}

const Row& Draft::create(const schema::Type& type, ObjectId id, const FieldValues& values) {
    const Row* row = make_row(type, {id, nullptr, editor_.batch()}, values);
    made_.push_back(row);
    apply(nullptr, row);
    edits_.push_back({nullptr, row});
    return *row;
}

void Draft::load(const schema::Type& type, ObjectId id, const FieldValues& values) {
    const Row* row = make_row(type, {id, nullptr, editor_.batch()}, values);
    made_.push_back(row);
    loading_.resize(tables_.roots.size());
    const TypeLayout& layout = tables_.layout->type(type.id);
    loading_[layout.rows].push_back({id.value, word_of(row)});
    loading_[Layout::kTypes].push_back({id.value, type.id.value});
    if (row->deleted())
        loading_[layout.deleted].push_back({id.value, 0});
    std::vector<std::uint64_t> keys;
    for (const IndexLayout& index : layout.indexes) {
        index_keys(type, index, *row, keys);
        for (const std::uint64_t key : keys)
            loading_[index.root].push_back({key, id.value});
    }
}

void Draft::finish_loading() {
    for (std::size_t i = 0; i < loading_.size(); ++i) {
        std::vector<Entry> entries = std::move(loading_[i]);
        if (!std::is_sorted(entries.begin(), entries.end()))
            std::sort(entries.begin(), entries.end());
        entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
        tables_.roots[i] = Tree::build(editor_, entries);
    }
    loading_.clear();
}

const Row& Draft::update(ObjectId id, const FieldValues& values) {
    const Row* before = view().find(id);
    XOS_CHECK(before, "update: no such object");
    const Row* after = make_row(view().type_of(*before), {id, before, editor_.batch()}, values);
    made_.push_back(after);
    apply(before, after);
    edits_.push_back({before, after});
    return *after;
}

void Draft::remove(ObjectId id) {
    const Row* before = view().find(id);
    XOS_CHECK(before, "remove: no such object");
    apply(before, nullptr);
    edits_.push_back({before, nullptr});
}

void Draft::apply(const Row* before, const Row* after) {
    const Row& any = after ? *after : *before;
    const TypeLayout& layout = tables_.layout->type(any.type());
    Tree& rows = tables_.roots[layout.rows];
    Tree& types = tables_.roots[Layout::kTypes];
    const std::uint64_t id = any.id().value;
    if (before && after) {
        rows.set(editor_, id, word_of(after));
    } else if (after) {
        rows.insert(editor_, {id, word_of(after)});
        types.insert(editor_, {id, any.type().value});
    } else {
        rows.erase(editor_, {id, word_of(before)});
        types.erase(editor_, {id, any.type().value});
    }
    const bool was_deleted = before && before->deleted(), is_deleted = after && after->deleted();
    if (was_deleted && !is_deleted)
        tables_.roots[layout.deleted].erase(editor_, {id, 0});
    else if (is_deleted && !was_deleted)
        tables_.roots[layout.deleted].insert(editor_, {id, 0});
    reindex(before, after);
}

void Draft::reindex(const Row* before, const Row* after) {
    const Row& any = after ? *after : *before;
    const schema::Type& type = tables_.layout->schema().type(any.type());
    const std::uint64_t id = any.id().value;
    std::vector<std::uint64_t> old_keys, new_keys;
    for (const IndexLayout& index : tables_.layout->type(any.type()).indexes) {
        if (before && after && before->deleted() == after->deleted() &&
            std::all_of(index.fields.begin(), index.fields.end(),
                        [&](FieldIndex field) { return same_value(type, *before, *after, field); }))
            continue;
        old_keys.clear();
        new_keys.clear();
        if (before)
            index_keys(type, index, *before, old_keys);
        if (after)
            index_keys(type, index, *after, new_keys);
        Tree& tree = tables_.roots[index.root];
        for (const std::uint64_t key : old_keys) {
            if (std::find(new_keys.begin(), new_keys.end(), key) == new_keys.end())
                tree.erase(editor_, {key, id});
        }
        for (const std::uint64_t key : new_keys)
            tree.insert(editor_, {key, id});
    }
}

void Draft::undo_to(std::size_t mark) {
    while (edits_.size() > mark) {
        const Edit edit = edits_.back();
        edits_.pop_back();
        apply(edit.after, edit.before);
        if (edit.after)
            undone_.push_back(edit.after);
    }
}

std::vector<Edit> Draft::net_edits_since(std::size_t mark) const {
    std::map<ObjectId, Edit> net;
    for (const Edit& edit : edits_since(mark)) {
        const auto [at, is_new] = net.try_emplace(edit.id(), edit);
        if (!is_new)
            at->second.after = edit.after;
    }
    std::vector<Edit> edits;
    edits.reserve(net.size());
    for (const auto& [id, edit] : net) {
        if (edit.before || edit.after)
            edits.push_back(edit);
    }
    return edits;
}

}  // namespace xos::model
