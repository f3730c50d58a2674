// gzip (RFC 1952) within bounds.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

// Level 1: result streams are compressed on the hot path, and the store keeps the bytes as they come.
std::string gzip(std::string_view bytes, int level = 1);

struct GunzipLimits {
    std::size_t bytes_max = 64u << 20;
    // Honest JSON compresses to at most about 1 : 30; a bomb to 1 : 1000.
    std::size_t ratio_max = 200;
};

// Invalid: not gzip, cut, or with bytes behind it. TooLarge: more than allowed; memory stays within bytes_max.
Result<std::string> gunzip(std::string_view bytes, const GunzipLimits& limits = {});

}  // namespace base
