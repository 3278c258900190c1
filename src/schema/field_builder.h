#pragma once

#include "schema/source_text.h"
#include "schema/syntax.h"
#include "schema/type.h"

#include <string_view>
#include <vector>

namespace xos::schema {

/// A field whose names are not yet looked up.
struct FieldDraft {
    Field field;
    const FieldSyntax* syntax = nullptr;
    bool unique = false;
    std::vector<Word> unique_with;  ///< Names of fields, with the place of the option.
    Word read_policy, write_policy;
};

/// What a declared field says about itself: its type, range, default and all its options. Mistakes
/// go to `findings`; what is taken but may not be what was meant, to `warnings`. Links get no
/// target here.
FieldDraft build_field(const FieldSyntax& syntax, const FileSyntax& file, Findings& findings,
                       Findings& warnings);

/// "True" or "False" as a value; reports anything else.
bool read_bool(const OptionSyntax& option, Findings& findings);

/// The names and labels of `(('vm', 'Virtual machine'), ('container', 'Container'))`; nothing when
/// `text` does not have this form.
std::optional<std::vector<std::pair<std::string, std::string>>> read_choices(std::string_view text);

}  // namespace xos::schema
