#include "model/tree.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

namespace xos::model {
namespace {

std::set<Entry> contents(const Tree& tree) {
    std::set<Entry> all;
    for (auto at = tree.begin(); at; at.next())
        all.insert(*at);
    return all;
}

TEST_CASE("a tree holds what a set holds, whatever the order of edits") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Tree tree;
    std::set<Entry> model;
    std::vector<const TreeNode*> retired;
    for (std::uint64_t batch = 1; batch <= 60; ++batch) {
        TreeEditor editor(batch);
        const Tree before = tree;
        const auto model_before = model;
        const bool shrink = batch % 7 > 4;
        for (int i = 0; i < 200; ++i) {
            const Entry entry{random() % 400, random() % 3};
            if (random() % 3 == 0 || shrink)
                CHECK(tree.erase(editor, entry) == (model.erase(entry) > 0));
            else
                CHECK(tree.insert(editor, entry) == model.insert(entry).second);
        }
        REQUIRE(contents(tree) == model);
        REQUIRE(tree.size() == model.size());
        REQUIRE(contents(before) == model_before);

        const Entry probe{random() % 400, random() % 3};
        CHECK(tree.contains(probe) == (model.count(probe) > 0));
        CHECK(tree.rank(probe) ==
              static_cast<std::size_t>(std::distance(model.begin(), model.lower_bound(probe))));
        const auto at = tree.lower_bound(probe);
        const auto expected = model.lower_bound(probe);
        REQUIRE(static_cast<bool>(at) == (expected != model.end()));
        if (at)
            CHECK(*at == *expected);

        std::set<Entry> patched = model_before;
        TreeDifference difference(before, tree);
        while (const auto item = difference.next()) {
            if (item->added)
                CHECK(patched.insert(item->entry).second);
            else
                CHECK(patched.erase(item->entry) == 1);
        }
        CHECK(patched == model);
        // `before` is not read again, so what the batch replaced can go.
        for (const TreeNode* node : editor.take_retired())
            Tree::free_node(node);
    }
    tree.free_all();
}

TEST_CASE("a batch that is thrown away leaves the version before it whole") {
    TreeEditor first(1);
    Tree tree;
    for (std::uint64_t i = 0; i < 1000; ++i)
        tree.insert(first, {i, 0});
    Tree draft = tree;
    TreeEditor second(2);
    for (std::uint64_t i = 0; i < 1000; i += 3)
        draft.erase(second, {i, 0});
    draft.free_batch(2);
    CHECK(contents(tree).size() == 1000);
    CHECK(tree.size() == 1000);
    tree.free_all();
}

TEST_CASE("the difference of two versions does not walk what they share") {
    TreeEditor first(1);
    Tree before;
    for (std::uint64_t i = 0; i < 100'000; ++i)
        before.insert(first, {i, 7});
    Tree after = before;
    TreeEditor second(2);
    after.set(second, 50'000, 8);
    after.insert(second, {200'000, 1});
    TreeDifference difference(before, after);
    std::vector<Entry> seen;
    while (const auto item = difference.next())
        seen.push_back(item->entry);
    CHECK(seen == std::vector<Entry>{{50'000, 7}, {50'000, 8}, {200'000, 1}});
    after.free_batch(2);
    for (const TreeNode* node : second.take_retired())
        (void)node;  // Still part of `before`.
    before.free_all();
}

TEST_CASE("ranges are counted without a walk") {
    TreeEditor editor(1);
    Tree tree;
    for (std::uint64_t key = 0; key < 100; ++key) {
        for (std::uint64_t value = 0; value < key; ++value)
            tree.insert(editor, {key, value});
    }
    CHECK(tree.count(0) == 0);
    CHECK(tree.count(99) == 99);
    CHECK(tree.find(3) == 0);
    CHECK(tree.find(100) == std::nullopt);
    tree.free_all();
}

}  // namespace
}  // namespace xos::model
