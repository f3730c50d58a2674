#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace base {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";
constexpr std::string_view kEllipsis = "…";
// Longer words are no typing errors; this bounds the quadratic distance.
constexpr std::size_t kWordMax = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Optimal string alignment: insert, delete, replace, or swap two neighbours; each costs 1.
std::size_t typing_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::string ellipsize(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string(text);
    const bool has_room = bytes_max >= kEllipsis.size();
    std::size_t end = has_room ? bytes_max - kEllipsis.size() : bytes_max;
    while (end > 0 && is_continuation(text[end])) --end;
    std::string out(text.substr(0, end));
    if (has_room) out += kEllipsis;
    return out;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
    std::string out;
    for (const auto& part : parts) {
        if (&part != parts.data()) out += separator;
        out += part;
    }
    return out;
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > kWordMax) return {};
    const std::string wanted = to_lower(word);
    // One error in a short word, at most three in a long one: more would suggest unrelated words.
    const std::size_t errors_max = std::min<std::size_t>(3, 1 + word.size() / 5);
    std::string_view best;
    std::size_t best_distance = errors_max + 1;
    for (const auto candidate : candidates) {
        if (candidate.size() > kWordMax) continue;
        const std::size_t distance = typing_distance(wanted, to_lower(candidate));
        // A distance as long as the word shares no letter with it.
        if (distance >= best_distance || distance >= std::max(word.size(), candidate.size()))
            continue;
        best = candidate;
        best_distance = distance;
    }
    return best;
}

std::string format_bytes(std::uint64_t bytes) {
    if (bytes < 1024) return fmt::format("{} B", bytes);
    static constexpr std::array<std::string_view, 6> kUnits{"KiB", "MiB", "GiB",
                                                            "TiB", "PiB", "EiB"};
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // 1023.95 would be shown as 1024.0.
    for (; value >= 1023.95 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

bool is_dns_label(std::string_view text) {
    // https://kubernetes.io/docs/concepts/overview/working-with-objects/names: RFC 1123 label.
    if (text.empty() || text.size() > 63) return false;
    const auto is_inner = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return std::ranges::all_of(text, is_inner) && text.front() != '-' && text.back() != '-';
}

}  // namespace base
