// Units → chunks. Pure and deterministic: the same units give the same plan, in any order of input.
#pragma once

#include "base/result.h"
#include "scan/job.h"
#include "scan/plan_document.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace scan {

struct PackingOptions {
    int parallelism = 5;
    int chunk_count_max = 256;
    std::int64_t chunk_units_max = 0;  // 0 = no cap
    std::chrono::milliseconds target{240'000};
    // Per concurrency key; keys without an entry have no limit of their own.
    std::vector<KeyLimit> limits{};
    // Order of launch before weight, if the scanner has one: smaller first.
    std::function<int(const Unit&)> preferred_order{};
    // Credentials a chunk may mount, from its units; default none.
    std::function<std::vector<std::string>(const std::vector<Unit>&)> credentials{};
};

PackingOptions packing_options(const JobSpec& spec);

// Longest processing time first over affinity groups, per concurrency key (docs/ARCHITECTURE.md, "Packing").
// Every unit is in exactly one chunk; groups stay whole; a chunk has one key; chunk order is launch order; each chunk
// carries its exact share of its key's rate. TooLarge: one chunk per key already exceeds chunk_count_max.
base::Result<std::vector<Chunk>> pack(std::vector<Unit> units, const PackingOptions& options);

// The chunks that are heavier than the limit allows: condition PlanExceedsDeadline.
std::vector<std::uint32_t> too_heavy(const std::vector<Chunk>& chunks, std::chrono::milliseconds chunk_limit);

}  // namespace scan
