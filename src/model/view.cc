#include "model/view.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xos::model {

namespace {

/// Calls `visit` with each entry of several trees in the order of their keys, until it says false.
template <class Visit>
void merge(std::vector<Tree::Cursor> cursors, const Visit& visit) {
    while (true) {
        Tree::Cursor* least = nullptr;
        for (Tree::Cursor& cursor : cursors) {
            if (cursor && (!least || (*cursor).key < (**least).key))
                least = &cursor;
        }
        if (!least || !visit(**least))
            return;
        least->next();
    }
}

/// How many rows `for_each_block` gives at once; no leaf of a tree has more.
constexpr std::size_t kBlock = 64;

bool by_id(const Row* left, const Row* right) {
    return left->id() < right->id();
}

}  // namespace

const Row* View::find(ObjectId id) const {
    const auto type = tree(Layout::kTypes).find(id.value);
    if (!type)
        return nullptr;
    const auto& layout = tables_->layout->type(TypeId{static_cast<std::uint32_t>(*type)});
    const auto row = tree(layout.rows).find(id.value);
    return row ? reinterpret_cast<const Row*>(*row) : nullptr;
}

const Row* View::find(TypeId type, ObjectId id) const {
    const auto& leaves = schema().type(type).leaves;
    if (leaves.size() == 1) {
        const auto row = tree(layout().type(leaves[0]).rows).find(id.value);
        return row ? reinterpret_cast<const Row*>(*row) : nullptr;
    }
    const Row* row = find(id);
    return row && schema().is_a(row->type(), type) ? row : nullptr;
}

const Row* View::find_by_key(const schema::Type& type, std::size_t key,
                             const std::vector<Value>& values) const {
    return find_other_by_key(type, key, values, ObjectId{});
}

const Row* View::find_other_by_key(const schema::Type& type, std::size_t key,
                                   const std::vector<Value>& values, ObjectId self) const {
    for (const TypeId leaf : type.leaves) {
        const schema::Type& leaf_type = schema().type(leaf);
        const auto& indexes = layout().type(leaf).indexes;
        const auto index = std::find_if(indexes.begin(), indexes.end(),
                                        [&](const IndexLayout& i) { return i.key == key; });
        if (index == indexes.end())
            continue;
        const auto hash = index_key(leaf_type, *index, values);
        if (!hash)
            return nullptr;
        for (auto at = tree(index->root).lower_bound({*hash, 0}); at && (*at).key == *hash;
             at.next()) {
            const Row* row = find(leaf, ObjectId{(*at).value});
            bool same = row->id() != self;
            for (std::size_t i = 0; same && i < values.size(); ++i)
                same = value_of(leaf_type, *row, index->fields[i]) == values[i];
            if (same)
                return row;
        }
    }
    return nullptr;
}

std::vector<const Row*> View::find_equal(TypeId type, FieldIndex field, const Value& value) const {
    std::vector<const Row*> found;
    for (const TypeId leaf : schema().type(type).leaves) {
        const schema::Type& leaf_type = schema().type(leaf);
        const auto matches = [&](const Row& row) {
            return !row.deleted() && value_of(leaf_type, row, field) == value;
        };
        const TypeLayout& layout = this->layout().type(leaf);
        const IndexLayout* index = nullptr;
        for (const IndexLayout& candidate : layout.indexes) {
            if (candidate.fields.size() == 1 && candidate.fields[0] == field)
                index = &candidate;
        }
        const auto key = index ? index_key(leaf_type.fields[field], value) : std::nullopt;
        if (key) {
            for (auto at = tree(index->root).lower_bound({*key, 0}); at && (*at).key == *key;
                 at.next()) {
                const Row* row = find(leaf, ObjectId{(*at).value});
                if (matches(*row))
                    found.push_back(row);
            }
            continue;
        }
        for (auto at = tree(layout.rows).begin(); at; at.next()) {
            if (matches(*row_of(*at)))
                found.push_back(row_of(*at));
        }
    }
    std::sort(found.begin(), found.end(), by_id);
    return found;
}

std::vector<const Row*> View::linking(TypeId via, FieldIndex field, ObjectId target) const {
    std::vector<const Row*> found;
    for (const TypeId leaf : schema().type(via).leaves) {
        const TypeLayout& layout = this->layout().type(leaf);
        const Tree& index = tree(layout.find_index(field)->root);
        for (auto at = index.lower_bound({target.value, 0}); at && (*at).key == target.value;
             at.next()) {
            const auto row = tree(layout.rows).find((*at).value);
            found.push_back(reinterpret_cast<const Row*>(*row));
        }
    }
    if (schema().type(via).leaves.size() > 1)
        std::sort(found.begin(), found.end(), by_id);
    return found;
}

std::size_t View::count_linking(TypeId via, FieldIndex field, ObjectId target) const {
    std::size_t count = 0;
    for (const TypeId leaf : schema().type(via).leaves)
        count += tree(layout().type(leaf).find_index(field)->root).count(target.value);
    return count;
}

std::vector<const Row*> View::live_linking(TypeId via, FieldIndex field, ObjectId target) const {
    auto found = linking(via, field, target);
    std::erase_if(found, [](const Row* row) { return row->deleted(); });
    return found;
}

std::vector<const Row*> View::related(const Row& row, const schema::Relation& relation) const {
    auto found = live_linking(relation.via, relation.near, row.id());
    if (!relation.far)
        return found;
    for (const Row*& member : found)
        member = follow(*member, *relation.far);
    std::erase_if(found, [](const Row* member) { return !member || member->deleted(); });
    std::sort(found.begin(), found.end(), by_id);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void View::for_each(TypeId type, const std::function<bool(const Row&)>& visit,
                    ObjectId after) const {
    std::vector<Tree::Cursor> cursors;
    for (const TypeId leaf : schema().type(type).leaves)
        cursors.push_back(tree(layout().type(leaf).rows).lower_bound({after.value + 1, 0}));
    merge(std::move(cursors), [&](Entry entry) { return visit(*row_of(entry)); });
}

void View::for_each_block(TypeId type, const BlockVisit& visit, ObjectId after) const {
    std::array<const Row*, kBlock> rows;
    std::size_t count = 0;
    const auto flush = [&] { return visit(std::span(rows).first(std::exchange(count, 0))); };
    const auto& leaves = schema().type(type).leaves;
    if (leaves.size() != 1) {
        bool wanted = true;
        for_each(
            type,
            [&](const Row& row) {
                rows[count++] = &row;
                return count < kBlock || (wanted = flush());
            },
            after);
        if (wanted && count > 0)
            flush();
        return;
    }
    auto at = tree(layout().type(leaves[0]).rows).lower_bound({after.value + 1, 0});
    for (bool wanted = true; at && wanted; wanted = flush()) {
        // Blocks of leaves, so that there is nothing to copy but pointers.
        for (; at && count + at.block().size() <= kBlock; at.next_block()) {
            for (const Entry& entry : at.block())
                rows[count++] = row_of(entry);
        }
    }
}

void View::for_each_deleted(TypeId type, const std::function<bool(const Row&)>& visit) const {
    std::vector<Tree::Cursor> cursors;
    for (const TypeId leaf : schema().type(type).leaves)
        cursors.push_back(tree(layout().type(leaf).deleted).begin());
    merge(std::move(cursors), [&](Entry entry) { return visit(*find(ObjectId{entry.key})); });
}

std::size_t View::count(TypeId type) const {
    std::size_t count = 0;
    for (const TypeId leaf : schema().type(type).leaves)
        count += tree(layout().type(leaf).rows).size();
    return count;
}

std::size_t View::count_deleted(TypeId type) const {
    std::size_t count = 0;
    for (const TypeId leaf : schema().type(type).leaves)
        count += tree(layout().type(leaf).deleted).size();
    return count;
}

}  // namespace xos::model
