#include "kube/version.h"

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace kube {
namespace {

// As KEP-5504 has it: no sign, no leading zero. Far more digits than 62 bits hold never come, and
// would stay opaque.
std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    if (text.empty() || text[0] < '1' || text[0] > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (number >> 62 != 0) return std::nullopt;
    return number;
}

}  // namespace

bool covers(std::string_view seen, std::string_view wanted) {
    if (seen == wanted) return true;
    const auto a = number_in(seen);
    const auto b = number_in(wanted);
    return a && b && *a >= *b;
}

Version::Version(std::string_view text) {
    if (text.empty()) return;
    if (const auto number = number_in(text)) {
        bits_ = *number * 2 + 1;
    } else {
        // Freed by clear(): a smart pointer cannot share its bits with a number.
        bits_ = reinterpret_cast<std::uintptr_t>(std::make_unique<std::string>(text).release());
    }
}

Version& Version::operator=(Version&& other) noexcept {
    std::swap(bits_, other.bits_);
    return *this;
}

void Version::clear() {
    if (bits_ != 0 && !is_number()) std::unique_ptr<const std::string>(opaque()).reset();
    bits_ = 0;
}

std::string Version::text() const {
    if (bits_ == 0) return {};
    return is_number() ? std::to_string(bits_ / 2) : *opaque();
}

bool Version::operator==(std::string_view text) const {
    if (bits_ == 0) return text.empty();
    if (!is_number()) return *opaque() == text;
    const auto number = number_in(text);
    return number && *number == bits_ / 2;
}

bool Version::covers(std::string_view wanted) const {
    if (bits_ == 0 || !is_number()) return *this == wanted;
    const auto number = number_in(wanted);
    return number && bits_ / 2 >= *number;
}

}  // namespace kube
