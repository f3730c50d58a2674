// One chunk: reads the stored specification, logs in, and works through its groups one after the
// other.
#pragma once

#include "runner/scanner.h"

#include <expected>

namespace runner::api {

// Config (64): the plan has no specification, or it cannot be read. CredentialsRefused (77): every
// login failed. TargetUnavailable (69): the breaker gave up. Returns early without error once
// context.stopped() is true.
std::expected<void, Stop> run_chunk(const RunContext& context);

}  // namespace runner::api
