#pragma once

#include "schema/problem.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace xos::schema {

/// A text while it is read. Both views must outlive whatever names a place in it.
struct SourceText {
    std::string_view file;  ///< For messages.
    std::string_view text;
};

/// A byte of a text.
struct Place {
    const SourceText* source = nullptr;
    std::uint32_t at = 0;
};

/// A piece of a text, with the place where it starts.
struct Word {
    std::string_view text;
    Place place;

    bool empty() const { return text.empty(); }
};

/// A problem at a line and column of `text`, with that line.
Problem problem_at(const SourceText& source, int line, int column, std::string message);

/// `problems` in the order of files and places, each once.
Problems sorted(Problems problems);

/// The mistakes found so far. Keeps each once, and no more than a person would read.
class Findings {
public:
    void add(Place place, std::string message);
    bool empty() const { return problems_.empty(); }
    /// What was found, sorted.
    Problems take();

private:
    Problems problems_;
};

}  // namespace xos::schema
