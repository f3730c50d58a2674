// Small text functions that several layers need. All pure.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

bool is_utf8(std::string_view text);
// Invalid sequences become U+FFFD.
std::string to_utf8(std::string_view bytes);
// At most `bytes_max` bytes, cut at a character, with "…" when cut.
std::string ellipsize(std::string_view text, std::size_t bytes_max);

std::string_view trim(std::string_view text);
// The parts between the separators: one more than there are separators, so "" has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string to_lower(std::string_view text);  // ASCII
bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII

// '*' matches any run but '/', '**' any run, '?' one character. At most pattern × text steps, whatever the pattern.
bool glob_match(std::string_view pattern, std::string_view text);

// The candidate nearest to `word` if it is close enough to be a typing error, else empty.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

// "0-4,6-19" of sorted or unsorted numbers; duplicates count once. Empty for none.
std::string format_intervals(std::vector<std::uint32_t> numbers);
// The numbers, sorted, each once. Invalid: bad syntax. TooLarge: more than `count_max` numbers.
Result<std::vector<std::uint32_t>> parse_intervals(std::string_view text, std::size_t count_max);

std::string format_bytes(std::uint64_t bytes);  // "12.3 MiB"

std::string hex_encode(std::string_view bytes);
Result<std::string> hex_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);
// Standard or URL-safe alphabet, padding optional.
Result<std::string> base64_decode(std::string_view text);
std::string percent_encode(std::string_view text);  // all but unreserved (RFC 3986 §2.3)
std::string percent_decode(std::string_view text);  // stray '%' stay as they are

// Kubernetes' DNS-1123 label.
bool is_dns_label(std::string_view text);

}  // namespace base
