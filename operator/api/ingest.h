// Ingest: what runners send, taken in. Contract: docs/formats/ingest.md. Knows HTTP values, the
// expected set and the store; sockets are the gate's.
#pragma once

#include "base/time.h"
#include "net/server.h"
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

// What happened, for whoever drives the run. Called on one thread of ingest's own, one at a time, after the store said yes and
// before the runner gets its answer. What was stored before and is sent again tells nothing new; a plan is told again.
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
    Ingest(results::ResultStore& store, IngestOptions options);
    ~Ingest();  // finishes what is queued; the gate that asks admit() must be gone, the store still there

    // From now on this attempt may call, with this bearer token (a new one replaces the old). Until forget() or close_run():
    // then it gets 410. All of these on any thread.
    void expect(const results::AttemptKey& attempt, std::string token);
    void forget(const results::AttemptKey& attempt);
    // Everything that comes later for this run gets 410.
    void close_run(const results::RunKey& run);

    // For the gate: 401 no or wrong token, 403 another attempt's token, 404 unknown path or run,
    // 405, 410 closed, 411, 413, or Accept with the route's body bound.
    net::Admission admit(const net::RequestHead& head);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace api
