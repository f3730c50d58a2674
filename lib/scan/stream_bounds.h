// How long the fields of stream lines may be, in bytes. The writer cuts to these, the reader
// refuses beyond them.
#pragma once

#include "scan/stream.h"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace scan::bounds {

// The finding format's own numbers.
inline constexpr std::size_t kIdDigits = 32;
inline constexpr std::size_t kRuleIdBytes = 128;
inline constexpr std::size_t kTitleBytes = 200;
inline constexpr std::size_t kMessageBytes = 2048;
inline constexpr std::size_t kEvidenceCount = 5;
inline constexpr std::size_t kEvidenceBytes = 4096;
inline constexpr std::size_t kCweCount = 8;
inline constexpr std::size_t kOwaspCount = 8;
inline constexpr std::size_t kReferenceCount = 10;
inline constexpr std::size_t kDiscriminatorBytes = 256;

// A list item has at most 512 bytes where nothing else is said, a name 253; what holds a URL has 2
// 048, as everywhere.
inline constexpr std::size_t kUnitIdBytes = 512;
inline constexpr std::size_t kNameBytes = 253;
inline constexpr std::size_t kUrlBytes = 2048;
inline constexpr std::size_t kItemBytes = 512;

// Words of closed lists: none is longer, and they become labels of metrics.
inline constexpr std::size_t kWordBytes = 64;
inline constexpr std::size_t kTruthCount = 64;
inline constexpr std::size_t kLabelCount = 8;
inline constexpr std::size_t kLogBytes = 1024;
// Keys of records are unit ids or names made of a few of them.
inline constexpr std::size_t kRecordKeyBytes = 1024;
// A record's data must leave room for the rest of its line.
inline constexpr std::size_t kRecordDataBytes = kLineBytesMax - (16u << 10);
inline constexpr std::int64_t kPauseSeconds = 3600;

inline constexpr std::size_t kCommitMessageBytes = 1024;
// Kubernetes keeps no more of a termination message.
inline constexpr std::size_t kCommitBytes = 4096;

inline constexpr std::int64_t kIntMax = std::numeric_limits<int>::max();

}  // namespace scan::bounds
