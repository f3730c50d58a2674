#include "base/time.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

namespace base {
namespace {

using namespace std::chrono_literals;

// Takes fixed-width fields off the front of an RFC 3339 text.
class Fields {
public:
    explicit Fields(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    char front() const { return rest_.empty() ? '\0' : rest_.front(); }

    bool take(char expected) {
        if (front() != expected) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<int> number(std::size_t digits) {
        if (rest_.size() < digits) return std::nullopt;
        int value = 0;
        for (const char c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

    // ".123456" → 123; further digits are cut, not rounded, so that an instant never moves forward.
    std::optional<Duration> fraction() {
        if (!take('.')) return 0ms;
        int value = 0;
        int digits = 0;
        while (front() >= '0' && front() <= '9') {
            if (digits < 3) value = value * 10 + (front() - '0');
            ++digits;
            rest_.remove_prefix(1);
        }
        if (digits == 0) return std::nullopt;
        for (; digits < 3; ++digits) value *= 10;
        return Duration(value);
    }

private:
    std::string_view rest_;
};

std::optional<Instant> take_date(Fields& fields) {
    const auto year = fields.number(4);
    if (!year || !fields.take('-')) return std::nullopt;
    const auto month = fields.number(2);
    if (!month || !fields.take('-')) return std::nullopt;
    const auto day = fields.number(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

std::optional<Duration> take_time(Fields& fields) {
    const auto hours = fields.number(2);
    if (!hours || *hours > 23 || !fields.take(':')) return std::nullopt;
    const auto minutes = fields.number(2);
    if (!minutes || *minutes > 59 || !fields.take(':')) return std::nullopt;
    const auto seconds = fields.number(2);
    if (!seconds || *seconds > 59) return std::nullopt;
    const auto fraction = fields.fraction();
    if (!fraction) return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
           std::chrono::seconds(*seconds) + *fraction;
}

std::optional<Duration> take_offset(Fields& fields) {
    if (fields.take('Z') || fields.take('z')) return 0ms;
    const bool east = fields.front() == '+';
    if (!fields.take('+') && !fields.take('-')) return std::nullopt;
    const auto hours = fields.number(2);
    if (!hours || *hours > 23 || !fields.take(':')) return std::nullopt;
    const auto minutes = fields.number(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const Duration offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return east ? offset : -offset;
}

std::optional<Instant> take_instant(Fields fields) {
    const auto date = take_date(fields);
    if (!date || !(fields.take('T') || fields.take('t') || fields.take(' '))) return std::nullopt;
    const auto time = take_time(fields);
    if (!time) return std::nullopt;
    const auto offset = take_offset(fields);
    if (!offset || !fields.at_end()) return std::nullopt;
    return *date + *time - *offset;
}

}  // namespace

std::string format_instant(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{instant - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

Result<Instant> parse_instant(std::string_view text) {
    if (const auto instant = take_instant(Fields(text))) return *instant;
    return fail(ErrorKind::Invalid,
                fmt::format("'{}' is not a time like 2026-01-31T12:00:00Z", text.substr(0, 40)));
}

std::string format_duration(Duration duration) {
    const bool negative = duration < 0ms;
    // Unsigned, so that the most negative duration has an absolute value too.
    const auto count = static_cast<std::uint64_t>(duration.count());
    const std::uint64_t ms = negative ? 0 - count : count;
    const std::string_view sign = negative ? "-" : "";
    if (ms < 1'000) return fmt::format("{}{}ms", sign, ms);
    if (ms < 60'000) return fmt::format("{}{}.{}s", sign, ms / 1'000, ms % 1'000 / 100);
    if (ms < 3'600'000) return fmt::format("{}{}m{:02}s", sign, ms / 60'000, ms / 1'000 % 60);
    return fmt::format("{}{}h{:02}m", sign, ms / 3'600'000, ms / 60'000 % 60);
}

}  // namespace base
