// JSON values as YAML text for people: block style, keys sorted, two spaces a level, lists at the
// level of their key. The same value always gives the same bytes. Pure.
#pragma once

#include "base/json_fwd.h"

#include <string>

namespace base {

// Long texts are folded (`>-`), texts of several lines stay as they are (`|-`), whatever a reader
// could take for something else than a string is quoted. Ends with a newline. Document::parse reads
// it back to an equal value.
std::string dump_yaml(const Json& value);

}  // namespace base
