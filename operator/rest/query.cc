#include "operator/rest/query.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace rest {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

std::string decode(std::string_view text) {
    std::string plain(text);
    std::ranges::replace(plain, '+', ' ');
    return base::percent_decode(plain);
}

template <typename Number>
std::optional<Number> number_from(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return number;
}

}  // namespace

Result<Query> Query::parse(std::string_view text, std::initializer_list<std::string_view> known) {
    Query query;
    if (text.empty()) return query;
    for (const auto part : base::split(text, '&')) {
        if (part.empty()) continue;
        const auto equals = part.find('=');
        auto name = decode(part.substr(0, equals));
        auto value = equals == std::string_view::npos ? "" : decode(part.substr(equals + 1));
        if (std::ranges::find(known, name) == known.end()) {
            const std::vector<std::string> names(known.begin(), known.end());
            return fail(ErrorKind::Invalid,
                        fmt::format("there is no parameter '{}' here{}{}",
                                    base::ellipsize(base::to_utf8(name), 40),
                                    names.empty() ? "" : "; there are: ", base::join(names, ", ")));
        }
        if (!query.values_.try_emplace(std::move(name), std::move(value)).second)
            return fail(ErrorKind::Invalid, "a parameter is there twice");
    }
    return query;
}

std::string Query::get(std::string_view name) const {
    const auto value = values_.find(name);
    return value == values_.end() ? std::string() : value->second;
}

std::vector<std::string> Query::list(std::string_view name) const {
    const auto value = get(name);
    std::vector<std::string> parts;
    if (value.empty()) return parts;
    for (const auto part : base::split(value, ',')) parts.emplace_back(part);
    return parts;
}

Result<std::size_t> Query::limit(std::size_t standard, std::size_t max) const {
    const auto text = get("limit");
    if (text.empty()) return standard;
    const auto number = number_from<std::size_t>(text);
    if (!number || *number < 1 || *number > max)
        return fail(ErrorKind::Invalid, fmt::format("limit must be 1 to {}", max));
    return *number;
}

std::string to_text(const Cursor& cursor) {
    return fmt::format("{}-{}", cursor.position, cursor.run_id);
}

Result<Cursor> parse_cursor(std::string_view text) {
    if (text.empty()) return Cursor{};
    const auto dash = text.find('-');
    const auto number = number_from<std::uint64_t>(text.substr(0, dash));
    if (!number || dash == std::string_view::npos || dash + 1 == text.size())
        return fail(ErrorKind::Invalid, "'continue' must be what the page before gave");
    return Cursor{.position = *number, .run_id = std::string(text.substr(dash + 1))};
}

}  // namespace rest
