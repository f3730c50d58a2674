// What a segment must be before it may be stored. Pure.
#pragma once

#include "base/result.h"
#include "operator/results/store.h"
#include "scan/stream.h"

#include <optional>
#include <string>
#include <string_view>

namespace api {

struct CheckedSegment {
    std::string bytes{};  // uncompressed
    scan::SegmentFacts facts{};
    std::optional<scan::EndLine> end{};
};

// Inflates within the format's bounds, compares the digest, validates every line, and holds the
// `meta` line of the first segment against the attempt. Invalid: cut, another digest, a bad line,
// another's stream. TooLarge: a bound.
base::Result<CheckedSegment> check_segment(const results::AttemptKey& attempt, std::uint32_t number,
                                           std::string_view sha256, std::string_view gzip_body);

// The uncompressed bytes, which must have this digest. Invalid, TooLarge.
base::Result<std::string> inflate(std::string_view gzip_body, std::size_t bytes_max,
                                  std::string_view sha256);

}  // namespace api
