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

Problem problem_at(const SourceText& source, int line, int column, std::string message) {
    std::string_view rest = source.text;
    for (int i = 1; i < line && !rest.empty(); ++i)
        rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    std::string_view shown = rest.substr(0, rest.find('\n'));
    if (!shown.empty() && shown.back() == '\r')
        shown.remove_suffix(1);
    return {.file = std::string(source.file),
            .line = line,
            .column = column,
            .message = std::move(message),
            .line_text = to_utf8(shown.substr(0, kLongestLine))};
}

void Findings::add(Place place, std::string message) {
    if (problems_.size() >= kMostProblems)
        return;
    if (place.source == nullptr) {
        problems_.push_back({.message = std::move(message)});
        return;
    }
    const std::string_view text = place.source->text;
    const std::size_t at = std::min<std::size_t>(place.at, text.size());
    const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    const auto line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + start, '\n'));
    const auto column = 1 + static_cast<int>(at - start);
    problems_.push_back(problem_at(*place.source, line, column, std::move(message)));
}

Problems sorted(Problems problems) {
    std::stable_sort(problems.begin(), problems.end(),
                     [](const Problem& a, const Problem& b) { return order_of(a) < order_of(b); });
    const auto same = [](const Problem& a, const Problem& b) { return order_of(a) == order_of(b); };
    problems.erase(std::unique(problems.begin(), problems.end(), same), problems.end());
    return problems;
}

Problems Findings::take() {
    return sorted(std::move(problems_));
}

}  // namespace xos::schema
