// Text of targets made harmless before people or other programs read it. Escaping for a format
// comes after this.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scan {

// Keep: tab, line feed and carriage return stay. Join: each becomes a space.
enum class Lines { Keep, Join };

// Valid UTF-8 without control characters (C0, C1), without marks that turn the direction of text,
// without invisible joiners at which two different texts look the same, and without characters
// XML 1.0 forbids: each becomes U+FFFD.
std::string clean(std::string_view text, Lines lines);
// True if clean() would change nothing. One pass without allocation over plain ASCII.
bool is_clean(std::string_view text, Lines lines);

// clean(), cut to `bytes_max` first: a megabyte of title costs no more than its beginning.
std::string clean_cut(std::string_view text, std::size_t bytes_max, Lines lines = Lines::Join);

}  // namespace scan
