// How scrub() works on a text; only redact*.cc include this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base::redact {

// Stands for "[redacted]" while a text is worked on: never part of UTF-8, so a secret next to it,
// or one that contains the word itself, cannot be mistaken for it. That is what makes scrubbing
// idempotent.
inline constexpr char kMarker = '\xFE';
inline constexpr std::string_view kShown = "[redacted]";

std::string to_working(std::string_view text);    // "[redacted]" → marker
std::string from_working(std::string_view text);  // and back

// A piece of a text that has to go.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// Values of secret-like names: JSON, forms, queries, settings, header lines. Sorted, without
// overlap.
std::vector<Span> find_named_values(std::string_view working);
// What a pattern knows. Sorted, without overlap.
std::vector<Span> find_patterns(std::string_view working);

// Values of the cookies in "a=1; b=2" (cookie) or "a=1; Path=/" (set-cookie), moved by `begin`.
std::vector<Span> find_cookie_values(std::string_view line, std::string_view header_name,
                                     std::size_t begin);
bool is_cookie_name(std::string_view name);

// Replaces the spans by markers; nothing if all of them were markers already.
std::optional<std::string> replace(std::string_view working, const std::vector<Span>& spans);

// Replaces until nothing is found any more. `nesting`: how many JSON strings we are inside of.
std::string scrub_working(std::string working, int nesting = 0);

// JSON (one value or one a line) is scrubbed string by string, and stays JSON whatever its strings
// hold. Nothing: it is no JSON, and has to be read as text.
std::optional<std::string> scrub_json(std::string_view working, int nesting);

}  // namespace base::redact
