// What every store decides alike: whether a segment or a commit may be written. Pure.
#pragma once

#include "operator/results/store.h"

#include <optional>
#include <string>

namespace results {

// What is stored around one attempt at the moment of the write.
struct AttemptFacts {
    bool run_closed = false;
    bool chunk_exists = false;
    std::uint64_t units_missing = 0;  // of the chunk, without a terminal line
    int complete_by = 0;  // the attempt whose complete commit closed the chunk; 0 = none
    std::uint32_t segments = 0;
    std::uint64_t bytes = 0;
    std::optional<std::string>
        same_number_sha256{};  // of the stored segment with the number in question
    std::optional<scan::Commit> commit{};
};

enum class Verdict { Store, Already };

base::Result<Verdict> judge_segment(const PutSegment& segment, const AttemptFacts& facts);
base::Result<Verdict> judge_commit(const PutCommit& commit, const AttemptFacts& facts);

// ok > forbidden > skipped > timedOut > failed.
bool is_better(scan::UnitStatus a, scan::UnitStatus b);

// The sentences both stores use.
base::Error no_such_run(const RunKey& run);
base::Error run_is_closed(const RunKey& run);
std::string describe(const RunKey& run);  // "default/shop run 7f3c"

// Bytes that a waiting write holds.
std::size_t held_bytes(const Write& write);

}  // namespace results
