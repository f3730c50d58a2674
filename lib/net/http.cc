#include "net/http.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace net {
namespace {

// Above this nobody waits; it keeps sums of times far from overflow.
constexpr base::Duration kRetryAfterMax = std::chrono::hours(24 * 365);

auto named(std::string_view name) {
    return
        [name](const HeaderField& field) { return base::equals_ignoring_case(field.name, name); };
}

// The three forms of RFC 9110 §5.6.7, the obsolete ones too: a recipient has to take them.
std::optional<base::Instant> parse_http_date(const std::string& text) {
    for (const char* form :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        std::tm parts{};
        const char* end = ::strptime(text.c_str(), form, &parts);
        if (end == nullptr || *end != '\0') continue;
        const auto day = std::chrono::year(parts.tm_year + 1900) /
                         std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)) /
                         std::chrono::day(static_cast<unsigned>(parts.tm_mday));
        if (!day.ok()) return std::nullopt;
        return std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) +
               std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
    }
    return std::nullopt;
}

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void Headers::add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
}

void Headers::set(std::string_view name, std::string value) {
    std::string kept(name);
    remove(name);
    add(std::move(kept), std::move(value));
}

void Headers::remove(std::string_view name) { std::erase_if(fields_, named(name)); }

std::optional<std::string_view> Headers::get(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), named(name));
    if (found == fields_.end()) return std::nullopt;
    return found->value;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), named(name)));
}

std::string_view to_string(Failure failure) {
    switch (failure) {
    case Failure::None: return "none";
    case Failure::OutOfScope: return "out-of-scope";
    case Failure::Connect: return "connect";
    case Failure::Tls: return "tls";
    case Failure::TimedOut: return "timed-out";
    case Failure::TooSlow: return "too-slow";
    case Failure::BadAnswer: return "bad-answer";
    case Failure::BodyBomb: return "body-bomb";
    case Failure::Reset: return "reset";
    case Failure::TooManyRedirects: return "too-many-redirects";
    case Failure::BadRequest: return "bad-request";
    case Failure::Cancelled: return "cancelled";
    }
    return "unknown";
}

std::optional<base::Duration> parse_retry_after(std::string_view value, base::Instant now) {
    value = base::trim(value);
    if (is_number(value)) {
        std::int64_t seconds = 0;
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
        const auto most = std::chrono::duration_cast<std::chrono::seconds>(kRetryAfterMax);
        if (parsed.ec != std::errc() || seconds > most.count()) return kRetryAfterMax;
        return std::chrono::seconds(seconds);
    }
    // The longest form has 33 characters.
    if (value.size() > 40) return std::nullopt;
    const auto when = parse_http_date(std::string(value));
    if (!when) return std::nullopt;
    return std::clamp(std::chrono::duration_cast<base::Duration>(*when - now),
                      base::Duration::zero(), kRetryAfterMax);
}

}  // namespace net
