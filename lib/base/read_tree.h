// The two readers behind Document and parse_json.
#pragma once

#include "base/tree_builder.h"

#include <string_view>

namespace base {

// Both drive `builder` through `text` (UTF-8 without BOM, checked) to its end. False:
// builder.failure() says why.
bool read_json(std::string_view text, TreeBuilder& builder);
bool read_yaml(std::string_view text, TreeBuilder& builder);

// The offset of the first byte that is not part of a valid character; only for texts that are not
// UTF-8.
std::size_t first_invalid_utf8(std::string_view text);

// "line 3, column 7: …"
Error to_error(const ReadFailure& failure, std::string_view text);

}  // namespace base
