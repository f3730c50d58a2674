// What an answer looks like, and how alike two answers are. Pure.
#pragma once

#include "base/json.h"
#include "net/http.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

// Same from here on; different below the other. Between them nobody knows.
inline constexpr double kSame = 0.9;
inline constexpr double kErrorLike = 0.3;

// The body as JSON where it is JSON; nullptr else.
std::shared_ptr<const base::Json> json_body(const net::Response& response);

// Pointers (array indices as '*') of values that change from call to call.
using VolatileKeys = std::set<std::string>;
// Pointers whose values differ between two answers of the same request.
VolatileKeys volatile_between(const base::Json& first, const base::Json& second);
// Names that are volatile by their meaning: …time, …date, …_at, nonce, csrf, request id, trace,
// expires.
bool is_volatile_name(std::string_view name);

// The tuples (pointer, type, value) of a JSON answer, or the word 3-grams of another, as sorted
// hashes.
struct Shape {
    std::vector<std::uint64_t> tuples{};
    std::size_t scalars = 0;  // values that say something (JSON), or words
    bool is_json = false;
};
// Looks at the first 256 KiB of text, or 20 000 tuples.
Shape shape_of(const net::Response& response, const base::Json* json,
               const VolatileKeys& without = {});

// Jaccard: |both| ÷ |either|; 1 for two empty ones, 0 for JSON against text.
double similarity(const Shape& a, const Shape& b);

// A body below 4 KiB whose keys are all of error, errors, message, detail, code, status, title,
// type …
bool is_error_shape(const net::Response& response, const base::Json* json);

}  // namespace runner::api
