// The planner: a pure function from what is wanted and what is to what should happen next.
#pragma once

#include "operator/core/model.h"

namespace core {

// Rules in one visible order: ends, deadline, cancel, suspend, discovery, timeouts, retries, launches (priority, keys,
// parallelism), completion, cleanup — each a function of its own. Never asks the time, does no I/O, remembers nothing.
// Calling it again on the world its actions made gives no further actions. `now` must not go backwards per job; if it
// does, nothing worse happens than waiting longer.
Plan make_plan(const scan::JobSpec& spec, const Observed& observed, Instant now);

// Charged or free, and whether another attempt may follow: the table of docs/design/attempt-ends.md.
bool is_free(scan::AttemptEnd end);
bool is_retryable(const EndFact& fact);

// 5 s, doubled up to 60 s, ± 20 % from a hash of chunk and attempt.
Duration retry_delay(const AttemptId& ended, int charged_so_far);

inline constexpr int kFreeEndsMax = 3;
inline constexpr Duration kRunGrace{30'000};  // operator's clock beyond the chunk limit

}  // namespace core
