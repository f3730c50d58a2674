// Text that matches a `pattern`.
#pragma once

#include "runner/scanners/api/values/chance.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace runner::api {

struct LengthBounds {
    std::size_t min = 0;
    std::size_t max = 64;
};

// A text that the pattern matches, of fitting length; at most 3 tries. nullopt: the pattern is not
// RE2 (look-around, back references), too large, or was not met. Linear time: RE2 checks, nothing
// backtracks.
std::optional<std::string> text_for_pattern(std::string_view pattern, LengthBounds bounds,
                                            Chance& chance);

// Whether RE2 understands the pattern and it occurs in the text (patterns are not anchored). True
// for patterns that RE2 does not understand: they cannot be held against anybody.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace runner::api
