// The ResultStore seam: where frozen plans, result streams and merged results lie durably.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "scan/merge.h"
#include "scan/outcome.h"
#include "scan/plan_document.h"
#include "scan/stream.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace results {

struct RunKey {
    std::string namespace_;
    std::string job;
    std::string run_id;
    auto operator<=>(const RunKey&) const = default;
};

// chunk −1 is discovery.
struct AttemptKey {
    RunKey run;
    std::int64_t chunk = -1;
    int attempt = 1;
    auto operator<=>(const AttemptKey&) const = default;
};

// ---- writes: each is durable when its answer comes, or did not happen ----

struct OpenRun {  // idempotent; Conflict if the run exists with another job document
    RunKey run;
    std::string job_json;
    base::Instant created_at{};
    std::string redaction_key;  // 32 bytes; kept if the namespace has one already
};
struct PutPlan {  // Conflict if another digest was accepted; Invalid is checked before
                  // (scan::parse_plan)
    RunKey run;
    std::string sha256;       // of the uncompressed lines
    std::string gzip_lines;   // as it came
    scan::PlanDocument plan;  // parsed: chunk documents and units are stored from it
};
struct PutInput {  // idempotent by digest
    RunKey run;
    std::string sha256;
    std::string bytes;
};
// Idempotent: same digest again is success; Conflict on another, after the attempt's commit, or
// when the chunk is complete by another attempt; a gap is NotFound with "want N". Unit ends of
// units that the chunk does not have are not counted.
struct PutSegment {
    AttemptKey attempt;
    std::uint32_t number = 1;  // from 1
    std::string sha256;        // of the uncompressed bytes
    std::uint64_t bytes = 0;   // uncompressed
    std::string gzip_body;
    scan::SegmentFacts facts;
};
// Idempotent. Conflict: another commit was stored, the chunk is complete by another attempt, fewer
// segments or other bytes than stored, or `complete` while units of the chunk lack a terminal line.
// NotFound "want N": segments are missing.
struct PutCommit {
    AttemptKey attempt;
    scan::Commit commit;
};
struct StartedAttempt {  // remembers that it was created
    AttemptKey attempt;
    base::Instant at{};
    base::Duration limit{};
};
struct EndedAttempt {  // the first end stays; later ones change nothing
    AttemptKey attempt;
    scan::AttemptEnd end{};
    int exit_code = 0;
    bool charged = true;
    std::string reason;  // a word of scan::Reason, or empty
    std::string message;
    base::Instant at{};
};
struct CloseRun {  // later segments and commits are Cancelled ("run is closed")
    RunKey run;
};
struct MarkMerged {  // the merged results of the closed run lie in their folder; written by
                     // merge_run
    RunKey run;
};
struct PutStatus {  // the run's latest status as JSON: local mode's stand-in for ScanJob.status
    RunKey run;
    std::string status_json;
};
using Write = std::variant<OpenRun, PutPlan, PutInput, PutSegment, PutCommit, StartedAttempt,
                           EndedAttempt, CloseRun, MarkMerged, PutStatus>;

// "want 7": the refusal of a segment or commit that would leave a gap, and the number in it.
base::Error want_segment(std::uint32_t number);
std::optional<std::uint32_t> wanted_segment(const base::Error& error);

using Done = std::move_only_function<void(base::Result<>)>;

// ---- reads ----

struct StoredAttempt {
    std::int64_t chunk = -1;
    int attempt = 1;
    base::Instant created_at{};
    base::Duration limit{};
    std::uint32_t segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
    std::optional<scan::Commit> commit{};
    std::optional<EndedAttempt> end{};
};

struct RunSummary {
    RunKey run;
    base::Instant created_at{};
    bool closed = false;
    bool merged = false;
    std::string status_json{};
};

struct RunState {
    RunSummary summary;
    std::string job_json;
    std::string plan_sha256;  // empty before the plan is accepted
    std::optional<scan::PlanHead> plan{};
    struct ChunkFacts {
        std::uint32_t index = 0;
        std::string concurrency_key{};
        std::int64_t weight_millis = 0;
        std::uint64_t units = 0;
        scan::UnitCounts done{};  // distinct units with a terminal line, best status of each
        bool committed = false;   // complete
    };
    std::vector<ChunkFacts> chunks{};
    std::vector<StoredAttempt> attempts{};  // by chunk and number, discovery first
    std::uint64_t inputs_bytes = 0;         // of all inputs together
};

// What a runner needs of its chunk: the document, what earlier attempts ended, and what may have
// been in flight.
struct ChunkWork {
    std::string chunk_line;
    std::vector<std::string> done_units{};
    std::vector<std::string>
        suspect_units{};  // had lines but no terminal one when an earlier attempt died
};

// id: digest; namespace; unused (as it came: gzip); index (the chunk's line)
enum class BlobKind { Input, RedactionKey, Plan, Chunk };

// All methods on any thread.
class ResultStore {
public:
    virtual ~ResultStore() = default;

    // Queues a write; `done` is called once, on the store's thread, when it is durable or refused;
    // on the caller's when it is refused at once (Unavailable: the queue is full). It must be quick
    // and must not wait for another write. Writes of one caller keep their order. Unavailable: the
    // disk is full, the database is locked or away; then nothing was written.
    virtual void submit(Write write, Done done) = 0;

    virtual base::Result<RunState> load(const RunKey& run) = 0;
    virtual base::Result<std::vector<RunSummary>> list() = 0;
    virtual base::Result<ChunkWork> work(const RunKey& run, std::uint32_t chunk) = 0;
    virtual base::Result<std::string> blob(const RunKey& run, BlobKind kind,
                                           std::string_view id) = 0;

    // Every stored segment of the run, uncompressed, by chunk, attempt, number.
    struct SegmentRef {
        std::int64_t chunk = 0;
        int attempt = 0;
        std::uint32_t number = 0;
        auto operator<=>(const SegmentRef&) const = default;
    };
    using TakeSegment = std::function<base::Result<>(const SegmentRef&, std::string_view bytes)>;
    // `only`: just the segments of that attempt. Stops at the first failure of `take`.
    struct Only {
        std::int64_t chunk = -1;
        int attempt = 1;
    };
    virtual base::Result<> each_segment(const RunKey& run, const TakeSegment& take,
                                        std::optional<Only> only) = 0;
    base::Result<> each_segment(const RunKey& run, const TakeSegment& take) {
        return each_segment(run, take, std::nullopt);
    }
    virtual base::Result<> erase(const RunKey& run) = 0;
};

// submit and wait. Not on the store's own thread.
base::Result<> write_now(ResultStore& store, Write write);

}  // namespace results
