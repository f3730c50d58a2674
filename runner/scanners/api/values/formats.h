// A value for a `format`.
#pragma once

#include "runner/scanners/api/values/chance.h"

#include <optional>
#include <string>
#include <string_view>

namespace runner::api {

// nullopt: the format says nothing about the text (or is not known).
std::optional<std::string> text_for_format(std::string_view format, Chance& chance);

}  // namespace runner::api
