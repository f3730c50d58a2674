// A chunk index in front of a sorted value: four bytes, most significant first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace results {

inline constexpr std::size_t kPackedNumber = 4;

inline void pack_number(std::string& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(number >> shift & 0xff));
}

// Of the first four bytes.
inline std::uint32_t unpack_number(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < kPackedNumber; ++i) {
        number = number << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return number;
}

}  // namespace results
