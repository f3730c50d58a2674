// Requests that do not fit the specification: one parameter at a time. Pure.
#pragma once

#include "runner/scanners/api/request/draft.h"
#include "scan/words.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runner::api {

struct Malformed {
    Draft draft;
    std::string in;    // "path", "query", "header", "cookie", "body"
    std::string name;  // empty for the body as a whole
};

// At most 16, in order of the parameters: quotes and brackets in place of a text, a text in place
// of a number, a number too large, bytes that are no UTF-8, a body cut short, of another type, with
// an object for a scalar.
std::vector<Malformed> malformed_of(const Draft& valid);

// How many that may be; 0 below Active.
std::int64_t malformed_requests(const Specification& specification, const Operation& operation,
                                scan::Authorization level);

}  // namespace runner::api
