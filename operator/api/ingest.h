// Ingest: what runners send, taken in. Contract: docs/formats/ingest.md. Knows HTTP values, callers
// and the store; sockets are the gate's.
#pragma once

#include "base/time.h"
#include "net/server.h"
#include "operator/api/callers.h"
#include "operator/results/store.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace api {

struct IngestLimits {
    std::uint64_t attempt_bytes_max = 512ull << 20;
    std::uint64_t attempt_lines_max = 5'000'000;
    std::uint64_t run_bytes_max = 16ull << 30;
    std::size_t input_bytes_max = 64u << 20;
    std::size_t inputs_bytes_max = 256u << 20;  // per run
};

// What happened, for whoever drives the run. Called on one thread of ingest's own, one at a time,
// after the store said yes and before the runner gets its answer. What was stored before and is
// sent again tells nothing new; a plan is told again.
struct IngestEvent {
    enum class Kind { PlanAccepted, SegmentStored, Committed, Truncated } kind;
    results::AttemptKey attempt;
    scan::SegmentFacts facts{};      // SegmentStored
    scan::Commit commit{};           // Committed
    std::int64_t pause_seconds = 0;  // from the `end` line of a stored segment
};

struct IngestOptions {
    IngestLimits limits{};
    int threads = 2;  // inflate, validate, count
    std::function<void(const IngestEvent&)> on_event{};
};

class Ingest {
public:
    // Store and callers outlive it.
    Ingest(results::ResultStore& store, Callers& callers, IngestOptions options);
    ~Ingest();  // finishes what is queued; the gate that asks admit() must be gone, the store still
                // there

    // Everything that comes later for this run gets 410: closes it with the callers too. Any
    // thread.
    void close_run(const results::RunKey& run);

    // For the gate: 401 no or wrong token, 403 another attempt's token, 404 unknown path or run,
    // 405, 410 closed, 411, 413, 503 with Retry-After where the caller cannot be told yet, or
    // Accept with the route's body bound.
    net::Admission admit(const net::RequestHead& head);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace api
