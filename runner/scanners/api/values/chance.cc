#include "runner/scanners/api/values/chance.h"

#include "base/digest.h"
#include "base/text.h"

namespace runner::api {

Chance::Chance(std::string_view run_id, std::string_view unit_id, std::string_view purpose)
    : seed_(base::hmac_sha256(run_id, std::string(unit_id) + "\n" + std::string(purpose))) {}

std::uint64_t Chance::next() {
    if (used_ + 8 > block_.size()) {
        block_ = base::hmac_sha256(seed_, std::to_string(counter_++));
        used_ = 0;
    }
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = (value << 8) | static_cast<unsigned char>(block_[used_++]);
    return value;
}

std::uint64_t Chance::below(std::uint64_t bound) { return next() % bound; }

std::string Chance::hex(std::size_t digits) {
    std::string out;
    while (out.size() < digits) {
        const auto value = next();
        for (int shift = 60; shift >= 0 && out.size() < digits; shift -= 4) {
            out += "0123456789abcdef"[(value >> static_cast<unsigned>(shift)) & 0xF];
        }
    }
    return out;
}

}  // namespace runner::api
