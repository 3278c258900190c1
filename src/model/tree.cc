#include "model/tree.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace xos::model {

namespace {

constexpr std::size_t kCapacity = 32;
/// Of a node that is built with others: leaves room for what comes.
constexpr std::size_t kFill = 24;

/// Calls `use` with the start and length of parts of about kFill that make up `count`.
template <class Use>
void for_each_part(std::size_t count, const Use& use) {
    const std::size_t parts = (count + kFill - 1) / kFill;
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t from = count * i / parts;
        use(from, count * (i + 1) / parts - from);
    }
}

}  // namespace

/// A node: entries in a leaf; in an inner node, children with the least entry below each.
/// `size` counts the entries below. Every node below one of batch B was made by B or earlier.
struct TreeNode {
    std::uint64_t batch;
    std::size_t size = 0;
    std::uint32_t count = 0;
    bool leaf;
    Entry entries[kCapacity];
    // Only inner nodes have these; leaves are allocated without.
    const TreeNode* children[kCapacity];

    static TreeNode* make(bool leaf, std::uint64_t batch) {
        const std::size_t bytes = leaf ? offsetof(TreeNode, children) : sizeof(TreeNode);
        auto* node = static_cast<TreeNode*>(::operator new(bytes));
        node->batch = batch;
        node->size = 0;
        node->count = 0;
        node->leaf = leaf;
        return node;
    }

    /// The child whose range holds `entry`.
    std::size_t child_for(Entry entry) const {
        const Entry* at = std::upper_bound(entries + 1, entries + count, entry);
        return static_cast<std::size_t>(at - entries) - 1;
    }
    std::size_t lower_bound(Entry entry) const {
        return static_cast<std::size_t>(std::lower_bound(entries, entries + count, entry) -
                                        entries);
    }
    void add_at(std::size_t at, Entry entry, const TreeNode* child) {
        std::move_backward(entries + at, entries + count, entries + count + 1);
        entries[at] = entry;
        if (!leaf) {
            std::move_backward(children + at, children + count, children + count + 1);
            children[at] = child;
        }
        ++count;
    }
    void remove_at(std::size_t at) {
        std::move(entries + at + 1, entries + count, entries + at);
        if (!leaf)
            std::move(children + at + 1, children + count, children + at);
        --count;
    }
    /// Moves what starts at `from` to the end of `other`.
    void move_tail(std::size_t from, TreeNode& other) {
        const std::size_t moved = count - from;
        std::copy_n(entries + from, moved, other.entries + other.count);
        if (!leaf)
            std::copy_n(children + from, moved, other.children + other.count);
        other.count += static_cast<std::uint32_t>(moved);
        count = static_cast<std::uint32_t>(from);
    }
    void recount() {
        size = count;
        if (leaf)
            return;
        size = 0;
        for (std::size_t i = 0; i < count; ++i)
            size += children[i]->size;
    }
};

/// A node that was made when one had no room, to be put behind it.
struct Tree::Split {
    Entry first;
    TreeNode* node;
};

Tree Tree::build(TreeEditor& editor, std::span<const Entry> entries) {
    std::vector<TreeNode*> level;
    for_each_part(entries.size(), [&](std::size_t from, std::size_t count) {
        TreeNode* leaf = TreeNode::make(true, editor.batch_);
        std::copy_n(entries.data() + from, count, leaf->entries);
        leaf->count = static_cast<std::uint32_t>(count);
        leaf->size = count;
        level.push_back(leaf);
    });
    while (level.size() > 1) {
        std::vector<TreeNode*> above;
        for_each_part(level.size(), [&](std::size_t from, std::size_t count) {
            TreeNode* node = TreeNode::make(false, editor.batch_);
            for (std::size_t i = 0; i < count; ++i)
                node->add_at(i, level[from + i]->entries[0], level[from + i]);
            node->recount();
            above.push_back(node);
        });
        level = std::move(above);
    }
    Tree tree;
    if (!level.empty())
        tree.root_ = level[0];
    return tree;
}

void Tree::free_node(const TreeNode* node) {
    ::operator delete(const_cast<TreeNode*>(node));
}

void Tree::retire(TreeEditor& editor, const TreeNode* node) {
    if (node->batch == editor.batch_)
        free_node(node);
    else
        editor.retired_.push_back(node);
}

TreeNode* Tree::own(TreeEditor& editor, const TreeNode* node) {
    if (node->batch == editor.batch_)
        return const_cast<TreeNode*>(node);
    TreeNode* copy = TreeNode::make(node->leaf, editor.batch_);
    copy->size = node->size;
    copy->count = node->count;
    std::copy_n(node->entries, node->count, copy->entries);
    if (!node->leaf)
        std::copy_n(node->children, node->count, copy->children);
    editor.retired_.push_back(node);
    return copy;
}

bool Tree::insert(TreeEditor& editor, Entry entry) {
    if (contains(entry))
        return false;
    if (!root_)
        root_ = TreeNode::make(true, editor.batch_);
    TreeNode* root = own(editor, root_);
    root_ = root;
    if (const auto split = insert_below(editor, root, entry)) {
        TreeNode* above = TreeNode::make(false, editor.batch_);
        above->add_at(0, root->entries[0], root);
        above->add_at(1, split->first, split->node);
        above->recount();
        root_ = above;
    }
    return true;
}

std::optional<Tree::Split> Tree::insert_below(TreeEditor& editor, TreeNode* node, Entry entry) {
    Entry added = entry;
    const TreeNode* added_child = nullptr;
    std::size_t at = 0;
    ++node->size;
    if (node->leaf) {
        at = node->lower_bound(entry);
    } else {
        at = node->child_for(entry);
        TreeNode* child = own(editor, node->children[at]);
        node->children[at] = child;
        const auto split = insert_below(editor, child, entry);
        node->entries[at] = child->entries[0];
        if (!split)
            return std::nullopt;
        added = split->first;
        added_child = split->node;
        ++at;
    }
    if (node->count < kCapacity) {
        node->add_at(at, added, added_child);
        return std::nullopt;
    }
    // Ids grow, so most additions come last: then leave the left node full.
    const std::size_t from = at == kCapacity ? kCapacity - 1 : kCapacity / 2;
    TreeNode* right = TreeNode::make(node->leaf, editor.batch_);
    node->move_tail(from, *right);
    if (at <= from && at != kCapacity)
        node->add_at(at, added, added_child);
    else
        right->add_at(at - from, added, added_child);
    node->recount();
    right->recount();
    return Split{right->entries[0], right};
}

bool Tree::erase(TreeEditor& editor, Entry entry) {
    if (!contains(entry))
        return false;
    TreeNode* root = own(editor, root_);
    root_ = root;
    erase_below(editor, root, entry);
    if (root->count == 0) {
        root_ = nullptr;
        retire(editor, root);
    } else if (!root->leaf && root->count == 1) {
        root_ = root->children[0];
        retire(editor, root);
    }
    return true;
}

void Tree::erase_below(TreeEditor& editor, TreeNode* node, Entry entry) {
    --node->size;
    if (node->leaf) {
        node->remove_at(node->lower_bound(entry));
        return;
    }
    const std::size_t at = node->child_for(entry);
    TreeNode* child = own(editor, node->children[at]);
    node->children[at] = child;
    erase_below(editor, child, entry);
    if (child->count == 0) {
        node->remove_at(at);
        retire(editor, child);
        return;
    }
    node->entries[at] = child->entries[0];
    if (child->count < kCapacity / 4)
        merge_child(editor, node, at);
}

/// Joins the child at `at` with a neighbor when one node can hold both.
void Tree::merge_child(TreeEditor& editor, TreeNode* node, std::size_t at) {
    if (node->count < 2)
        return;
    const std::size_t left_at = at > 0 ? at - 1 : at;
    if (node->children[left_at]->count + node->children[left_at + 1]->count > kCapacity * 3 / 4)
        return;
    TreeNode* left = own(editor, node->children[left_at]);
    TreeNode* right = own(editor, node->children[left_at + 1]);
    right->move_tail(0, *left);
    left->size += right->size;
    node->children[left_at] = left;
    node->remove_at(left_at + 1);
    retire(editor, right);
}

void Tree::set(TreeEditor& editor, std::uint64_t key, std::uint64_t value) {
    const auto old = find(key);
    XOS_CHECK(old.has_value(), "set: the tree has no entry with this key");
    TreeNode* node = own(editor, root_);
    root_ = node;
    const Entry entry{key, *old};
    while (!node->leaf) {
        const std::size_t at = node->child_for(entry);
        TreeNode* child = own(editor, node->children[at]);
        node->children[at] = child;
        if (node->entries[at] == entry)
            node->entries[at].value = value;
        node = child;
    }
    node->entries[node->lower_bound(entry)].value = value;
}

std::size_t Tree::size() const {
    return root_ ? root_->size : 0;
}

bool Tree::contains(Entry entry) const {
    const TreeNode* node = root_;
    if (!node)
        return false;
    while (!node->leaf)
        node = node->children[node->child_for(entry)];
    const std::size_t at = node->lower_bound(entry);
    return at < node->count && node->entries[at] == entry;
}

std::optional<std::uint64_t> Tree::find(std::uint64_t key) const {
    const Cursor at = lower_bound({key, 0});
    if (!at || (*at).key != key)
        return std::nullopt;
    return (*at).value;
}

std::size_t Tree::rank(Entry entry) const {
    std::size_t before = 0;
    const TreeNode* node = root_;
    if (!node)
        return 0;
    while (!node->leaf) {
        const std::size_t at = node->child_for(entry);
        for (std::size_t i = 0; i < at; ++i)
            before += node->children[i]->size;
        node = node->children[at];
    }
    return before + node->lower_bound(entry);
}

std::size_t Tree::count(std::uint64_t key) const {
    if (key == UINT64_MAX)
        return size() - rank({key, 0});
    return rank({key + 1, 0}) - rank({key, 0});
}

Tree::Cursor Tree::begin() const {
    Cursor cursor;
    if (root_)
        cursor.descend(root_);
    return cursor;
}

Tree::Cursor Tree::lower_bound(Entry entry) const {
    Cursor cursor;
    const TreeNode* node = root_;
    if (!node)
        return cursor;
    while (!node->leaf) {
        const std::size_t at = node->child_for(entry);
        cursor.levels_[cursor.depth_++] = {node, at};
        node = node->children[at];
    }
    const std::size_t at = node->lower_bound(entry);
    cursor.levels_[cursor.depth_++] = {node, at};
    if (at == node->count)
        cursor.climb();
    return cursor;
}

void Tree::free_batch(std::uint64_t batch) {
    const auto free_below = [batch](auto& self, const TreeNode* node) -> void {
        if (node->batch != batch)
            return;
        if (!node->leaf) {
            for (std::size_t i = 0; i < node->count; ++i)
                self(self, node->children[i]);
        }
        free_node(node);
    };
    if (root_)
        free_below(free_below, root_);
    root_ = nullptr;
}

void Tree::free_all() {
    const auto free_below = [](auto& self, const TreeNode* node) -> void {
        if (!node->leaf) {
            for (std::size_t i = 0; i < node->count; ++i)
                self(self, node->children[i]);
        }
        free_node(node);
    };
    if (root_)
        free_below(free_below, root_);
    root_ = nullptr;
}

Entry Tree::Cursor::operator*() const {
    const Level& leaf = levels_[depth_ - 1];
    return leaf.node->entries[leaf.at];
}

void Tree::Cursor::next() {
    Level& leaf = levels_[depth_ - 1];
    if (++leaf.at == leaf.node->count)
        climb();
}

std::span<const Entry> Tree::Cursor::block() const {
    const Level& leaf = levels_[depth_ - 1];
    return {leaf.node->entries + leaf.at, leaf.node->count - leaf.at};
}

void Tree::Cursor::next_block() {
    climb();
}

void Tree::Cursor::descend(const TreeNode* node) {
    XOS_CHECK(depth_ < kMaxDepth, "tree deeper than its cursor");
    levels_[depth_++] = {node, 0};
    while (!node->leaf) {
        node = node->children[0];
        XOS_CHECK(depth_ < kMaxDepth, "tree deeper than its cursor");
        levels_[depth_++] = {node, 0};
    }
}

/// Leaves a node that has been walked to its end for the first entry behind it.
void Tree::Cursor::climb() {
    skip(depth_ - 1);
}

void Tree::Cursor::skip(int level) {
    depth_ = level;
    while (depth_ > 0) {
        Level& above = levels_[depth_ - 1];
        if (++above.at < above.node->count) {
            descend(above.node->children[above.at]);
            return;
        }
        --depth_;
    }
}

TreeDifference::TreeDifference(const Tree& before, const Tree& after)
    : before_(before.begin()), after_(after.begin()) {}

/// Steps over the largest subtree that starts at both cursors, if there is one.
bool TreeDifference::skip_shared() {
    // A cursor stands at the start of a subtree when all levels below it are at 0.
    for (int i = 0; i < before_.depth_; ++i) {
        const TreeNode* node = before_.levels_[i].node;
        bool at_start = true;
        for (int k = i; k < before_.depth_; ++k)
            at_start = at_start && before_.levels_[k].at == 0;
        if (!at_start)
            continue;
        for (int j = 0; j < after_.depth_; ++j) {
            if (after_.levels_[j].node != node)
                continue;
            bool after_at_start = true;
            for (int k = j; k < after_.depth_; ++k)
                after_at_start = after_at_start && after_.levels_[k].at == 0;
            if (!after_at_start)
                continue;
            before_.skip(i);
            after_.skip(j);
            return true;
        }
    }
    return false;
}

std::optional<TreeDifference::Item> TreeDifference::next() {
    while (before_ && after_) {
        if (skip_shared())
            continue;
        const Entry before = *before_, after = *after_;
        if (before == after) {
            before_.next();
            after_.next();
        } else if (before < after) {
            before_.next();
            return Item{.added = false, .entry = before};
        } else {
            after_.next();
            return Item{.added = true, .entry = after};
        }
    }
    if (before_) {
        const Entry entry = *before_;
        before_.next();
        return Item{.added = false, .entry = entry};
    }
    if (after_) {
        const Entry entry = *after_;
        after_.next();
        return Item{.added = true, .entry = entry};
    }
    return std::nullopt;
}

}  // namespace xos::model
