// JSON documents (nlohmann/json) within limits. Heavy: include it in .cc files; headers take json_fwd.h.
// Streams of many lines do not use this: scan/stream.h reads them with simdjson.
#pragma once

#include "base/json_fwd.h"
#include "base/result.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

struct JsonLimits {
    std::size_t bytes_max = 64u << 20;
    // nlohmann's parser recurses on destruction; 200 levels are more than any honest document has.
    int depth_max = 200;
    std::size_t nodes_max = 1'000'000;
};

// Parses one whole JSON text. Invalid: not JSON (message names line and column), not UTF-8, duplicate keys.
// TooLarge: a limit was passed.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// Compact, keys sorted; invalid UTF-8 becomes U+FFFD, so it never fails.
std::string dump_json(const Json& value);
std::string dump_json_pretty(const Json& value);

// The member `key` of object `value`, or nullptr. Never throws, whatever `value` is.
const Json* find(const Json& value, std::string_view key);
// The member as string / integer / bool, or the fallback where it is missing or of another type.
std::string get_string(const Json& value, std::string_view key, std::string_view fallback = "");
std::int64_t get_int(const Json& value, std::string_view key, std::int64_t fallback = 0);
bool get_bool(const Json& value, std::string_view key, bool fallback = false);

}  // namespace base
