#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace base {
namespace {

struct Interval {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

Result<std::uint32_t> parse_number(std::string_view text) {
    std::uint32_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end || text.empty()) {
        return fail(ErrorKind::Invalid,
                    fmt::format("'{}' is not a number of an interval list such as 0-4,6-19",
                                text.substr(0, 40)));
    }
    return value;
}

Result<Interval> parse_interval(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = TRY(parse_number(text.substr(0, dash)));
    if (dash == std::string_view::npos) return Interval{first, first};
    const auto last = TRY(parse_number(text.substr(dash + 1)));
    if (last < first) {
        return fail(ErrorKind::Invalid,
                    fmt::format("the interval '{}' ends before it begins", text));
    }
    return Interval{first, last};
}

}  // namespace

std::string format_intervals(std::vector<std::uint32_t> numbers) {
    std::ranges::sort(numbers);
    std::string out;
    for (std::size_t at = 0; at < numbers.size();) {
        std::size_t end = at + 1;
        while (end < numbers.size() && numbers[end] - numbers[end - 1] <= 1) ++end;
        if (!out.empty()) out += ',';
        out += std::to_string(numbers[at]);
        if (numbers[end - 1] != numbers[at]) out += fmt::format("-{}", numbers[end - 1]);
        at = end;
    }
    return out;
}

Result<std::vector<std::uint32_t>> parse_intervals(std::string_view text, std::size_t count_max) {
    std::vector<std::uint32_t> numbers;
    if (text.empty()) return numbers;
    for (const auto part : split(text, ',')) {
        const auto interval = TRY(parse_interval(part));
        const std::uint64_t count = std::uint64_t{interval.last} - interval.first + 1;
        if (count > count_max - numbers.size()) {
            return fail(ErrorKind::TooLarge,
                        fmt::format("the interval list names more than {} numbers", count_max));
        }
        for (std::uint64_t n = 0; n < count; ++n) {
            numbers.push_back(static_cast<std::uint32_t>(interval.first + n));
        }
    }
    std::ranges::sort(numbers);
    const auto repeated = std::ranges::unique(numbers);
    numbers.erase(repeated.begin(), repeated.end());
    return numbers;
}

}  // namespace base
