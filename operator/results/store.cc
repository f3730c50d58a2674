#include "operator/results/store.h"

#include <fmt/format.h>

#include <charconv>
#include <future>

namespace results {

namespace {
constexpr std::string_view kWant = "want ";
}

base::Error want_segment(std::uint32_t number) {
    return base::Error(base::ErrorKind::NotFound, fmt::format("{}{}", kWant, number));
}

std::optional<std::uint32_t> wanted_segment(const base::Error& error) {
    const std::string_view text = error.message();
    if (error.kind() != base::ErrorKind::NotFound || !text.starts_with(kWant)) return std::nullopt;
    std::uint32_t number = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + kWant.size(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return number;
}

base::Result<> write_now(ResultStore& store, Write write) {
    std::promise<base::Result<>> answer;
    auto future = answer.get_future();
    // The promise goes along: it must outlive set_value(), and this thread may be gone on by then.
    store.submit(std::move(write), [answer = std::move(answer)](base::Result<> result) mutable {
        answer.set_value(std::move(result));
    });
    return future.get();
}

}  // namespace results
