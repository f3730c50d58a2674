// Faults on order: how Synthetic plays broken runners.
#pragma once

#include "runner/scanner.h"

#include <cstdint>
#include <optional>

namespace runner {

// Which fault the job orders for this unit in this attempt. Pure.
std::optional<scan::FaultAction> fault_for(const scan::SyntheticOptions& options,
                                           std::uint32_t unit, int attempt);

// Plays it. Returns only for Exit69 and Exit75 (with the Stop to return) and for Hang, once the
// runner is told to stop; the others end the process, or freeze it (IgnoreTerm).
Stop play(scan::FaultAction action, const RunContext& context);

}  // namespace runner
