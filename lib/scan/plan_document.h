// Units, chunks and the plan document: what discovery produces, frozen once accepted.
#pragma once

#include "base/result.h"
#include "scan/words.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace scan {

// The smallest piece of work that can succeed, fail and be retried alone.
struct Unit {
    std::string id;                   // ≤ 512 bytes, stable over runs; see unit_id()
    std::int64_t weight_millis = 1;   // expected time, 1..86 400 000
    std::string affinity{};           // units with the same value share a chunk; empty = alone
    std::string concurrency_key{};    // units of different keys never share a chunk
    bool once = false;                // job-global: exists once in the plan
    std::int64_t requests = 0;        // request budget
    std::string params_json = "{}";   // ≤ 64 KiB, one JSON object: what the scanner needs to run it
    bool operator==(const Unit&) const = default;
};

// `raw` if it fits 512 bytes, else its first 400 bytes (cut at a character), '#', and 32 hex digits of its SHA-256.
std::string unit_id(std::string_view raw);

struct Chunk {
    std::uint32_t index = 0;
    std::string concurrency_key{};
    std::int64_t weight_millis = 0;
    std::vector<std::string> credentials{};
    // This chunk's share of the key's rate: rps requests per rps_period_millis; 0 = no limit.
    std::int64_t rps = 0;
    std::int64_t rps_period_millis = 1000;
    std::vector<Unit> units{};
    bool operator==(const Chunk&) const = default;
};

struct PlanInput {
    std::string name;
    std::string sha256;
    std::int64_t bytes = 0;
    bool operator==(const PlanInput&) const = default;
};

enum class AddressClass { Public, Private, Loopback };
struct PlanHost {
    std::string host;
    AddressClass address_class = AddressClass::Public;
    bool operator==(const PlanHost&) const = default;
};

struct KeyLimit {
    std::string concurrency_key;
    int max_in_flight = 0;  // 0 = no limit
    std::int64_t rps = 0;   // of the whole job on this key; 0 = no limit
    std::int64_t rps_period_millis = 1000;
    bool operator==(const KeyLimit&) const = default;
};

struct PlanHead {
    int v = 1;
    ScannerType scanner = ScannerType::Synthetic;
    std::string rules_version{};
    std::vector<PlanInput> inputs{};
    std::vector<PlanHost> hosts{};
    std::vector<KeyLimit> limits{};
    std::vector<std::string> notices{};  // ≤ 100
    bool empty_is_fine = false;          // a plan without units is a success for this scanner
    std::uint32_t chunk_count = 0;
    std::uint64_t unit_count = 0;
    bool operator==(const PlanHead&) const = default;
};

struct PlanDocument {
    PlanHead head;
    std::vector<Chunk> chunks;
    bool operator==(const PlanDocument&) const = default;
};

inline constexpr std::uint64_t kPlanUnitsMax = 2'000'000;
inline constexpr std::size_t kPlanBytesMax = 512u << 20;
inline constexpr std::size_t kChunkBytesMax = 64u << 20;

// JSON Lines: the head, then one line a chunk, in index order.
std::string plan_head_line(const PlanHead& head);
std::string chunk_line(const Chunk& chunk);
std::string plan_to_lines(const PlanDocument& plan);

base::Result<PlanHead> parse_plan_head(std::string_view line);
base::Result<Chunk> parse_chunk(std::string_view line);
// Whole document within the limits above. Invalid: broken line (with its number), chunk indices not 0..n−1,
// counts that differ from the head, a unit id twice, units of different keys in a chunk. TooLarge: a limit.
base::Result<PlanDocument> parse_plan(std::string_view lines);

}  // namespace scan
