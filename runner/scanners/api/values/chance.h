// Random values that are the same for the same run, unit and purpose: chunks and retries agree on
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace runner::api {

class Chance {
public:
    // HMAC-SHA256(run_id, unit_id + purpose) seeds the sequence.
    Chance(std::string_view run_id, std::string_view unit_id, std::string_view purpose);

    std::uint64_t next();
    // 0 … bound − 1; bound ≥ 1.
    std::uint64_t below(std::uint64_t bound);
    std::string hex(std::size_t digits);

private:
    std::string seed_;
    std::string block_{};
    std::size_t used_ = 0;
    std::uint64_t counter_ = 0;
};

}  // namespace runner::api
