// The tables that make up the catalogue: one file a scanner. A new rule is one entry there, nothing
// else.
#pragma once

#include "scan/rules.h"

#include <array>

namespace scan {

// Lists that rules point to live as long as the program.
template <int... Numbers>
inline constexpr std::array<int, sizeof...(Numbers)> kCwe = {Numbers...};

std::span<const Rule> api_rules();
std::span<const Rule> synthetic_rules();

}  // namespace scan
