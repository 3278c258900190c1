#pragma once

#include "schema/lexer.h"
#include "schema/syntax.h"

namespace xos::schema {

/// What an xproto text says, names not yet looked up. Goes on behind each mistake that it reports.
FileSyntax parse_file(const SourceText& source, Findings& findings);

}  // namespace xos::schema
