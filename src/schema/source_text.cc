#include "schema/source_text.h"

#include "base/utf8.h"

#include <algorithm>
#include <tuple>

namespace xos::schema {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kLongestLine = 400;

auto order_of(const Problem& problem) {
    return std::tie(problem.file, problem.line, problem.column, problem.message);
}

}  // namespace

void Findings::add(Place place, std::string message) {
    if (problems_.size() >= kMostProblems)
        return;
    Problem problem;
    problem.message = std::move(message);
    if (place.source != nullptr) {
        const std::string_view text = place.source->text;
        const std::size_t at = std::min<std::size_t>(place.at, text.size());
        const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
        const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
        std::string_view line = text.substr(start, text.find('\n', start) - start);
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        problem.file = place.source->file;
        problem.line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + start, '\n'));
        problem.column = 1 + static_cast<int>(at - start);
        problem.line_text = to_utf8(line.substr(0, kLongestLine));
    }
    problems_.push_back(std::move(problem));
}

Problems Findings::take() {
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const Problem& a, const Problem& b) { return order_of(a) < order_of(b); });
    const auto same = [](const Problem& a, const Problem& b) { return order_of(a) == order_of(b); };
    problems_.erase(std::unique(problems_.begin(), problems_.end(), same), problems_.end());
    return std::move(problems_);
}

}  // namespace xos::schema
