#include "core/rules/access_list.h"

#include "base/text.h"

#include <fnmatch.h>

#include <utility>

namespace xos::core {

namespace {

constexpr std::string_view kBlank = " \t\r";

/// Takes the first word off `text`.
std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find_first_of(kBlank), text.size());
    const std::string_view word = text.substr(0, end);
    text = trim(text.substr(end));
    return word;
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

Error mistake(std::string message) {
    return Error{ErrorCode::Invalid, std::move(message)};
}

}  // namespace

Result<AccessList::Rule> AccessList::parse_rule(std::string_view text) {
    Rule rule;
    const std::string_view verdict = take_word(text);
    if (verdict != "allow" && verdict != "deny")
        return mistake("a rule starts with allow or deny, not with " + quoted(verdict));
    rule.allows = verdict == "allow";
    const std::string_view scope = take_word(text);
    if (scope.empty())
        return mistake(std::string(verdict) + " whom? all, or site, user or region and a pattern");
    if (scope == "all") {
        if (!text.empty())
            return mistake("nothing follows all, and here is " + quoted(text));
        return rule;
    }
    if (scope != "site" && scope != "user" && scope != "region")
        return mistake("after " + std::string(verdict) + " comes all, site, user or region, not " +
                       quoted(scope));
    if (text.empty())
        return mistake(std::string(scope) + " needs a pattern, such as \"" + std::string(scope) +
                       (scope == "user" ? " *@example.org\"" : " north*\""));
    rule.scope = scope == "site" ? Scope::Site : scope == "user" ? Scope::User : Scope::Region;
    rule.pattern = text;
    return rule;
}

Result<AccessList> AccessList::parse(std::string_view text) {
    AccessList list;
    std::vector<ErrorDetail> mistakes;
    std::size_t line = 1, start_of_line = 0;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find_first_of(";#\n", start), text.size());
        const std::string_view piece = trim(text.substr(start, end - start));
        if (!piece.empty()) {
            auto rule = parse_rule(piece);
            if (rule) {
                list.rules_.push_back(std::move(rule).value());
            } else {
                const std::size_t column =
                    static_cast<std::size_t>(piece.data() - text.data()) - start_of_line + 1;
                mistakes.push_back({"", "line " + std::to_string(line) + ", column " +
                                            std::to_string(column) + ": " +
                                            rule.error().message()});
            }
        }
        std::size_t next = end;
        if (next < text.size() && text[next] == '#')
            next = std::min(text.find('\n', next), text.size());
        if (next < text.size() && text[next] == '\n') {
            ++line;
            start_of_line = next + 1;
        }
        start = next + 1;
    }
    if (mistakes.empty())
        return list;
    const std::string first = mistakes.front().message;
    return Error{ErrorCode::Invalid, first, std::move(mistakes)};
}

bool AccessList::fits(const Rule& rule, const Subject& subject) {
    const std::string_view value = rule.scope == Scope::Site     ? subject.site
                                   : rule.scope == Scope::Region ? subject.region
                                                                 : subject.email;
    if (rule.scope == Scope::All)
        return true;
    return !value.empty() && ::fnmatch(rule.pattern.c_str(), std::string(value).c_str(), 0) == 0;
}

bool AccessList::admits(const Subject& subject) const {
    for (const Rule& rule : rules_) {
        if (fits(rule, subject))
            return rule.allows;
    }
    return false;
}

}  // namespace xos::core
