// One attempt at one chunk, from its document to its commit.
#pragma once

#include "base/os/signals.h"
#include "runner/environment.h"
#include "runner/scanner.h"
#include "runner/supervise.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace runner {

// Finds the scanner for a type; nullptr if this runner has none.
using FindScanner = std::function<Scanner*(scan::ScannerType)>;

// The units still to do, in order: plan order without the finished ones, and the groups that may
// have been in flight when an earlier attempt died last, so that one unit that kills the runner
// does not keep the others from their turn. Pure.
std::vector<scan::Unit> remaining_units(const scan::Chunk& chunk, std::span<const std::string> done,
                                        std::span<const std::string> suspect);

// What the scanner's end means for the stream and the exit code. Pure.
struct RunEnd {
    scan::StreamStatus status = scan::StreamStatus::Complete;
    scan::ExitCode code = scan::ExitCode::Ok;
    std::string reason{};
    std::string message{};
    bool operator==(const RunEnd&) const = default;
};
struct RunFacts {
    std::optional<Stop> stopped_by_scanner{};
    StopCause cause = StopCause::None;
    bool abandoned = false;        // the scanner did not come back
    std::uint64_t units_left = 0;  // without a terminal line
};
RunEnd decide_run_end(const RunFacts& facts);

// `scanfleet-runner run`: returns the process's exit code. May not return when the scanner hangs:
// then the stream is flushed and committed, and the process ends here.
int run_chunk(const Environment& environment, const FindScanner& find_scanner,
              const base::Clock& clock, base::os::SignalWatch& signals);

// `scanfleet-runner discover`: likewise, for the plan document.
int run_discovery(const Environment& environment, const FindScanner& find_scanner,
                  const base::Clock& clock, base::os::SignalWatch& signals);

}  // namespace runner
