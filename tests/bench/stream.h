// Synthetic result streams for the benchmarks: findings of some 300 bytes a line, some units
// between them.
#pragma once

#include "operator/results/store.h"
#include "scan/stream.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

results::RunKey run_key(const std::string& run_id);

// A finding whose fingerprint depends on `number` alone.
scan::Finding finding(std::uint64_t number, const std::string& unit);
std::string unit_id(std::uint64_t number);

// A plan of `chunks` chunks with `units` units each, units numbered through.
results::PutPlan plan(const results::RunKey& run, std::uint32_t chunks, std::uint32_t units);
std::string job_json(std::uint64_t units);

// With digest, body and facts, as ingest would make it of these lines.
results::PutSegment segment(const results::AttemptKey& attempt, std::uint32_t number,
                            const std::string& bytes);
std::string meta_line(const results::AttemptKey& attempt);

}  // namespace bench
