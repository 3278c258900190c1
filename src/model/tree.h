#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace xos::model {

/// What a tree holds: entries in the order of key, then value.
struct Entry {
    std::uint64_t key = 0;
    std::uint64_t value = 0;
    auto operator<=>(const Entry&) const = default;
};

struct TreeNode;

/// Who edits trees: a batch of changes with a number of its own. Nodes made by the batch are edited
/// in place; others are copied, and the originals are collected as `retired`. Not thread-safe.
class TreeEditor {
public:
    /// `batch` must differ from that of every other editor of the same trees.
    explicit TreeEditor(std::uint64_t batch) : batch_(batch) {}

    std::uint64_t batch() const { return batch_; }
    /// The replaced nodes of earlier batches, which older snapshots may still read.
    std::vector<const TreeNode*> take_retired() { return std::exchange(retired_, {}); }

private:
    friend class Tree;
    std::uint64_t batch_;
    std::vector<const TreeNode*> retired_;
};

/// An ordered set of entries as a copy-on-write B+ tree. A Tree is a pointer: copying one takes a
/// constant time and gives a version that edits of the other do not touch.
///
/// It promises lookups and edits in logarithmic time, and counts of ranges without a walk. It
/// leaves the freeing of nodes to its owner, by `TreeEditor::take_retired`, `free_batch` and
/// `free_all`. `const` functions may be called from many threads while a copy is edited; an edit
/// invalidates cursors into the edited copy.
class Tree {
public:
    /// A tree of many entries at once. Precondition: they are in order, each once.
    static Tree build(TreeEditor& editor, std::span<const Entry> entries);
    bool insert(TreeEditor& editor, Entry entry);  ///< False when it was there.
    bool erase(TreeEditor& editor, Entry entry);   ///< False when it was not there.
    /// Gives the one entry with `key` another value. Precondition: there is exactly one.
    void set(TreeEditor& editor, std::uint64_t key, std::uint64_t value);

    std::size_t size() const;
    bool contains(Entry entry) const;
    /// The value of the first entry with `key`.
    std::optional<std::uint64_t> find(std::uint64_t key) const;
    /// How many entries are less than `entry`.
    std::size_t rank(Entry entry) const;
    /// How many entries have `key`.
    std::size_t count(std::uint64_t key) const;

    /// A place between entries, moving forward.
    class Cursor {
    public:
        explicit operator bool() const { return depth_ > 0; }
        Entry operator*() const;
        void next();
        /// The entries from here on that lie beside each other in memory; at least one.
        std::span<const Entry> block() const;
        /// Goes behind `block`.
        void next_block();

    private:
        friend class Tree;
        friend class TreeDifference;
        struct Level {
            const TreeNode* node;
            std::size_t at;
        };
        static constexpr int kMaxDepth = 14;
        void descend(const TreeNode* node);
        void climb();
        /// The largest subtree that starts at the cursor, if any level starts here.
        void skip(int level);

        Level levels_[kMaxDepth];
        int depth_ = 0;
    };
    Cursor begin() const;
    /// At the first entry not less than `entry`.
    Cursor lower_bound(Entry entry) const;

    bool same_as(const Tree& other) const { return root_ == other.root_; }

    /// Frees the nodes that `batch` made; what is left of the tree may not be used.
    void free_batch(std::uint64_t batch);
    /// Frees all nodes.
    void free_all();
    static void free_node(const TreeNode* node);

private:
    friend class TreeDifference;
    struct Split;
    TreeNode* own(TreeEditor& editor, const TreeNode* node);
    void retire(TreeEditor& editor, const TreeNode* node);
    std::optional<Split> insert_below(TreeEditor& editor, TreeNode* node, Entry entry);
    void erase_below(TreeEditor& editor, TreeNode* node, Entry entry);
    void merge_child(TreeEditor& editor, TreeNode* node, std::size_t at);

    const TreeNode* root_ = nullptr;
};

/// Walks what differs between two trees; subtrees that both share are skipped by pointer.
class TreeDifference {
public:
    TreeDifference(const Tree& before, const Tree& after);

    struct Item {
        bool added;  ///< Else removed.
        Entry entry;
    };
    /// The next difference in the order of entries, or nothing at the end.
    std::optional<Item> next();

private:
    bool skip_shared();

    Tree::Cursor before_, after_;
};

}  // namespace xos::model
