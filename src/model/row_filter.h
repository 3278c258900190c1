#pragma once

#include "model/query.h"

#include <span>
#include <vector>

namespace xos::model {

/// The tests of a query, ready to be put to many rows. What a row says about itself is asked of
/// many rows at once, so that the memory of one arrives while another is tested. Borrows view and
/// query.
class RowFilter {
public:
    RowFilter(View view, const Query& query);

    /// Those of `rows` that may fit, moved to the front in their order.
    std::span<const Row*> sift(std::span<const Row*> rows) const;
    /// Whether a row that `sift` left fits.
    bool fits(const Row& row) const;

private:
    /// A condition on a field of the row itself, which whoever sees the row may see.
    struct OwnTest {
        const Condition* condition;
        FieldIndex field;
        bool is_text;
        /// Ignores negation; only asked for what is not null.
        bool (*passes)(View view, const Condition& condition, const Row& row, FieldIndex field);
    };
    static std::optional<OwnTest> make_own(const schema::Type& type, const Condition& condition);
    std::span<const Row*> sift(const OwnTest& test, std::span<const Row*> rows) const;

    const View view_;
    const Query* const query_;
    std::vector<OwnTest> own_;                 // The cheapest first.
    std::vector<const Condition*> elsewhere_;  // Those that have to be walked to.
};

}  // namespace xos::model
