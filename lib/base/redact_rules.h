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
    bool needs_quotes = false;  // a bare JSON number: a bare word in its place would break the JSON
};

// Values of secret-like names: JSON, forms, queries, settings, header lines. Sorted, without
// overlap.
std::vector<Span> find_named_values(std::string_view working);
// What a pattern knows. Sorted, without overlap.
std::vector<Span> find_patterns(std::string_view working);

// Replaces the spans by markers; nothing if all of them were markers already.
std::optional<std::string> replace(std::string_view working, const std::vector<Span>& spans);

// Replaces until nothing is found any more.
std::string scrub_working(std::string working);

}  // namespace base::redact
