#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::core {

/// Who may acquire at a Deployment: its `accessControl`, read.
///
/// Rules stand on lines of their own or between `;`, comments after `#`:
///
///     allow site Max Planck Institute
///     deny user *@example.org; allow region europe-*
///     allow all
///
/// A rule is `allow` or `deny`, then `all`, or `site`, `user` or `region` with a pattern of the
/// site's name, the user's email or the site's region, which may have spaces, `*`, `?` and `[…]`.
/// The first rule that fits decides; where none does, it is denied.
class AccessList {
public:
    /// Whom the rules are about: a site, or a user of a site (else `email` is empty).
    struct Subject {
        std::string_view site;
        std::string_view region;
        std::string_view email;
    };

    /// Invalid with a detail for each rule that is none: where it is, and what would be right.
    static Result<AccessList> parse(std::string_view text);

    bool admits(const Subject& subject) const;

private:
    enum class Scope : std::uint8_t { All, Site, User, Region };
    struct Rule {
        bool allows = false;
        Scope scope = Scope::All;
        std::string pattern;
    };
    static Result<Rule> parse_rule(std::string_view text);
    static bool fits(const Rule& rule, const Subject& subject);

    std::vector<Rule> rules_;
};

}  // namespace xos::core
