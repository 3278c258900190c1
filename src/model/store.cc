#include "model/store.h"

#include "base/check.h"

namespace xos::model {

Store::Store(std::shared_ptr<const schema::Schema> schema) {
    auto layout = std::make_shared<const Layout>(std::move(schema));
    Tables tables{.layout = layout, .roots = std::vector<Tree>(layout->root_count())};
    auto empty = wrap(std::make_unique<const Snapshot>(std::move(tables), Revision{}));
    newest_.with([&](SnapshotPointer& newest) { newest = std::move(empty); });
}

Store::~Store() {
    Tables tables = snapshot()->tables();
    newest_.with([](SnapshotPointer& newest) { newest.reset(); });
    for (const Published& published : published_)
        XOS_CHECK(published.gone->load(std::memory_order_acquire), "snapshot outlives its store");
    for (const Retired& retired : retired_)
        free_retired(retired);
    for (const schema::Type& type : tables.layout->schema().types()) {
        if (type.abstract)
            continue;
        for (auto at = tables.roots[tables.layout->type(type.id).rows].begin(); at; at.next())
            free_row(row_of(*at));
    }
    for (Tree& root : tables.roots)
        root.free_all();
}

SnapshotPointer Store::snapshot() const {
    return newest_.with([](const SnapshotPointer& newest) { return newest; });
}

SnapshotPointer Store::wrap(std::unique_ptr<const Snapshot> snapshot) {
    auto gone = std::make_shared<std::atomic<bool>>(false);
    published_.push_back({++publication_, gone});
    return SnapshotPointer(snapshot.release(), [gone](const Snapshot* dead) {
        delete dead;
        gone->store(true, std::memory_order_release);
    });
}

SnapshotPointer Store::publish(Draft&& draft, Revision revision) {
    XOS_CHECK(draft.base_ == snapshot(), "publish: the draft is not on the newest snapshot");
    Retired retired{
        .publication = publication_ + 1, .nodes = draft.editor_.take_retired(), .rows = {}};
    retired.rows = std::move(draft.undone_);
    for (const Edit& edit : draft.edits_) {
        if (edit.before)
            retired.rows.push_back(edit.before);
    }
    draft.made_.clear();
    auto published = wrap(std::make_unique<const Snapshot>(std::move(draft.tables_), revision));
    draft.tables_.roots.clear();
    draft.base_.reset();
    retired_.push_back(std::move(retired));
    newest_.with([&](SnapshotPointer& newest) { std::swap(newest, published); });
    published.reset();
    free_unreachable();
    return snapshot();
}

void Store::free_unreachable() {
    while (!published_.empty() && published_.front().gone->load(std::memory_order_acquire))
        published_.pop_front();
    const std::uint64_t oldest = published_.empty() ? publication_ : published_.front().publication;
    while (!retired_.empty() && retired_.front().publication <= oldest) {
        free_retired(retired_.front());
        retired_.pop_front();
    }
}

void Store::free_retired(const Retired& retired) {
    for (const TreeNode* node : retired.nodes)
        Tree::free_node(node);
    for (const Row* row : retired.rows)
        free_row(row);
}

}  // namespace xos::model
