// What texts must look like beyond their length: checked here, and told to the API server as a
// regular expression, with the same words.
#pragma once

#include "scan/schema.h"

#include <string>
#include <string_view>

namespace scan::schema {

// Empty if the text has the format, else what it must be ("must be …").
std::string_view format_fault(Format format, std::string_view text);
// What is said of a text without the format; empty for Any.
std::string_view format_sentence(Format format);
// A regular expression (RE2) over whole texts. It takes all that format_fault finds nothing wrong
// with; of intervals it does not compare numbers. Empty: none is needed.
std::string_view format_regex(Format format);
// For the reference: ", DNS label".
std::string_view format_name(Format format);

}  // namespace scan::schema
