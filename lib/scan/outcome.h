// Coverage, outcome, success policy and gate: the honest summary. Pure.
#pragma once

#include "scan/job.h"
#include "scan/stream.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace scan {

struct ChunkCounts {
    std::uint64_t total = 0, waiting = 0, starting = 0, running = 0, succeeded = 0, failed = 0, timed_out = 0,
                  cancelled = 0, skipped = 0;
    std::uint64_t terminal() const { return succeeded + failed + timed_out + cancelled + skipped; }
    bool operator==(const ChunkCounts&) const = default;
};

struct FindingCounts {
    std::uint64_t total = 0, critical = 0, high = 0, medium = 0, low = 0, info = 0;
    std::uint64_t fresh = 0;  // "new" against the baseline
    std::uint64_t fixed = 0, suppressed = 0;
    // Unsuppressed security and privacy findings by severity, of all states and of the new ones: what the gate counts.
    std::array<std::uint64_t, 5> gated{}, gated_new{};
    bool operator==(const FindingCounts&) const = default;
};

// Units ok ÷ units planned in percent, rounded down; 100 only if all; 0 of 0 is 0.
int coverage_percent(std::uint64_t ok, std::uint64_t planned);

struct Facts {
    UnitCounts units;             // terminal statuses, the missing ones already counted as failed/timedOut/skipped
    std::uint64_t units_planned = 0;
    ChunkCounts chunks;
    bool cancelled = false;
    bool deadline_hit = false;    // the job's deadline cut something off
    bool empty_is_fine = false;
};

struct Verdict {
    Outcome outcome = Outcome::Failed;
    Reason reason = Reason::ChunksFailed;
    std::string message;
    bool operator==(const Verdict&) const = default;
};

Verdict decide_outcome(const Facts& facts, const SuccessPolicy& policy);

// True if the gate is closed: enough findings at or above the severity.
bool gate_hit(const std::optional<FailOn>& fail_on, const FindingCounts& counts);

// 0, 2 (gate), 3, 4: what `scanfleet run` exits with.
int exit_code(Outcome outcome, bool gate_hit);

}  // namespace scan
