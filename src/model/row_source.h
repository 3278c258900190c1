#pragma once

#include "model/query.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace xos::model {

/// Where the rows that a query tests come from, in order of id: parts of indexes, some ids, or all
/// rows of its type. Every row that fits the query is among them. Borrows view and query.
class RowSource {
public:
    /// The one with the fewest rows.
    static RowSource choose(View view, const Query& query);

    std::size_t estimate() const { return estimate_; }
    /// Whether it has just the rows that fit the condition it was chosen for, deleted ones too.
    bool is_exact() const { return is_exact_; }
    const std::string& explanation() const { return explanation_; }

    /// Calls `visit` with the rows whose ids are greater than `after`, some at a time, until it
    /// returns false. It may use the array that they are in as it likes.
    void for_each_block(ObjectId after, const View::BlockVisit& visit) const;

private:
    /// The entries of an index that have one key; their values are ids.
    struct Range {
        const Tree* tree;
        std::uint64_t key;
    };
    enum class From : std::uint8_t { All, Deleted, Ids, Ranges };

    RowSource(View view, const Query& query) : view_(view), query_(&query) {}
    static RowSource all(View view, const Query& query);
    static std::optional<RowSource> by_index(View view, const Query& query,
                                             const Condition& condition);
    bool add_ranges(const Condition& condition, const std::vector<Value>& values);
    using Visit = std::function<bool(const Row&)>;
    void for_each(ObjectId after, const Visit& visit) const;
    void walk(const Range& range, ObjectId after, const Visit& visit) const;
    void merge(ObjectId after, const Visit& visit) const;

    View view_;
    const Query* query_;
    From from_ = From::All;
    std::vector<ObjectId> ids_;
    std::vector<Range> ranges_;
    std::size_t estimate_ = 0;
    bool is_exact_ = false;
    std::string explanation_;
};

}  // namespace xos::model
