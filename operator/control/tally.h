// What one turn of a job comes to, for metrics: values that the controller hands on. Pure.
#pragma once

#include "operator/control/run.h"

#include <optional>
#include <string>
#include <vector>

namespace control {

struct Turn {
    base::Duration queued{};  // between being marked and being taken
    bool failed = false;      // since the turn before, a call, a store write or a merge failed
    bool waits = false;       // it is to be taken again at a known time
    // Chunks that ended since the turn before.
    scan::ChunkCounts ended{};
    struct JobEnd {
        scan::Outcome outcome{};
        base::Duration took{};
        scan::FindingCounts findings{};
    };
    std::optional<JobEnd> job_ended{};
};

// How long an attempt of a chunk waited from its creation, and ran from its first start.
struct AttemptTimes {
    base::Duration queued{};
    base::Duration ran{};
};

// Remembers what was told of a job. What had ended before this process looked at it is not told.
class Tally {
public:
    void add(const Run& run, Turn& turn);

private:
    std::string run_id_{};  // empty: nothing was seen yet
    scan::ChunkCounts chunks_{};
    bool ended_ = false;
};

// Of the ends that a turn wants stored. Discovery is no chunk, and what never ran has no times.
std::vector<AttemptTimes> attempt_times(const Run& run, const std::vector<Desk::NewWrite>& writes);

}  // namespace control
