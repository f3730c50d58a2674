// Escaping for HTML, XML and Markdown. Text is cleaned first (scan/clean_text.h): no controls, no
// direction marks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scan::report {

// For HTML and XML, in content and in double-quoted attributes.
std::string escape_markup(std::string_view text, std::size_t bytes_max);
// The same, but line ends and tabs stay.
std::string escape_lines(std::string_view text, std::size_t bytes_max);
// For Markdown outside of code: nothing in it starts markup, a table cell, a mention, a reference
// or a link.
std::string escape_markdown(std::string_view text, std::size_t bytes_max);

// How many columns a terminal needs for the (clean) text: wide East Asian characters and emoji take
// two, combining marks none.
std::size_t display_width(std::string_view text);
// Cut to `width` columns, "…" at the end when cut; padded with blanks to `width` if `pad`.
enum class Pad { No, Yes };
std::string fit(std::string_view text, std::size_t width, Pad pad);

}  // namespace scan::report
