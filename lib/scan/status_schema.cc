#include "scan/status_schema.h"

#include "scan/job_schema.h"
#include "scan/status.h"
#include "scan/stream_bounds.h"

namespace scan {
namespace {

using schema::boolean;
using schema::choice;
using schema::Describe;
using schema::Format;
using schema::integer;
using schema::list;
using schema::Object;
using schema::object;
using schema::text;

// Whole numbers that every JSON reader keeps exactly.
constexpr std::int64_t kCountMax = (std::int64_t{1} << 53) - 1;
constexpr int kChunkMax = 10'000;  // chunks.maxCount
constexpr int kReasonMax = 64;
constexpr int kDigestMax = 64;       // hex SHA-256
constexpr int kTraceIdMax = 32;      // hex
constexpr int kTraceParentMax = 55;  // W3C
constexpr int kRunIdMax = 63;        // a value of a label
constexpr int kNodeMax = 253;
// Of a condition's name, with a prefix: Kubernetes' own bound.
constexpr int kConditionTypeMax = 316;

schema::Type count() { return integer(0, kCountMax); }
schema::Type percent() { return integer(0, 100); }
schema::Type sized(std::size_t max) { return text(1, static_cast<std::int64_t>(max)); }
schema::Type reason() { return text(1, kReasonMax); }
schema::Type outcomes() {
    return choice({"Succeeded", "PartiallySucceeded", "Failed", "TimedOut", "Cancelled"});
}

Object plan() {
    return Describe<StatusPlan>("Plan", "The plan document that was accepted; the run does it.")
        .field("sha256", &StatusPlan::sha256, text(1, kDigestMax), "Its digest.")
        .field("chunks", &StatusPlan::chunks, count(), "Chunks it has.")
        .field("units", &StatusPlan::units, count(), "Units it has.")
        .done();
}

Object units() {
    using U = UnitTotals;
    return Describe<U>("Units", "Units of the plan, by how they ended.")
        .field("total", &U::total, count(), "Units planned.")
        .field("succeeded", &U::succeeded, count(), "Scanned to their end.")
        .field("failed", &U::failed, count(), "Not scanned: something went wrong.")
        .field("skipped", &U::skipped, count(), "Not scanned: time ran out before they began.")
        .field("forbidden", &U::forbidden, count(), "Not scanned: the target refused.")
        .field("timedOut", &U::timed_out, count(), "Cut by a deadline.")
        .done();
}

Object chunks() {
    using C = ChunkCounts;
    return Describe<C>("ChunkCounts", "Chunks of the plan, by what they do.")
        .field("total", &C::total, count(), "Chunks planned.")
        .field("waiting", &C::waiting, count(), "Not started, or waiting for another try.")
        .field("starting", &C::starting, count(), "Their Pod is there, but does not run yet.")
        .field("running", &C::running, count(), "Their Pod runs.")
        .field("succeeded", &C::succeeded, count(), "Their results are whole in the store.")
        .field("failed", &C::failed, count(), "Given up after their last attempt.")
        .field("timedOut", &C::timed_out, count(),
               "Cut by a deadline; what they had found is kept.")
        .field("cancelled", &C::cancelled, count(), "Stopped by `spec.cancel`.")
        .field("skipped", &C::skipped, count(), "Never started: time ran out.")
        .done();
}

Object attempts() {
    using A = AttemptTotals;
    return Describe<A>("Attempts", "Attempts at chunks, each a Pod, by how they ended.")
        .field("created", &A::created, count(), "Pods created.")
        .field("succeeded", &A::succeeded, count(), "Ended with their results whole in the store.")
        .field("failed", &A::failed, count(), "Ended by a fault of their own.")
        .field("timedOut", &A::timed_out, count(), "Passed a time limit.")
        .field("lost", &A::lost, count(), "Pod deleted, or its node fell silent.")
        .field("disrupted", &A::disrupted, count(), "Evicted, preempted or drained away.")
        .field("cancelled", &A::cancelled, count(), "Stopped by the operator on purpose.")
        .done();
}

Object findings() {
    using F = FindingTotals;
    return Describe<F>("FindingCounts", "Findings, each counted once.")
        .field("total", &F::total, count(), "All that are not suppressed or fixed.")
        .field("critical", &F::critical, count(), "Of severity `Critical`.")
        .field("high", &F::high, count(), "Of severity `High`.")
        .field("medium", &F::medium, count(), "Of severity `Medium`.")
        .field("low", &F::low, count(), "Of severity `Low`.")
        .field("info", &F::info, count(), "Of severity `Info`.")
        .field("new", &F::fresh, count(), "Not in the baseline.")
        .field("fixed", &F::fixed, count(), "In the baseline, and no more.")
        .field("suppressed", &F::suppressed, count(), "Suppressed on purpose.")
        .done();
}

Object failed_chunk() {
    using F = StatusFailedChunk;
    return Describe<F>("FailedChunk", "A chunk that was given up.")
        .field("index", &F::index, integer(0, kChunkMax), "Its number.")
        .required()
        .field("reason", &F::reason, reason(), "How its last attempt ended.")
        .field("message", &F::message, sized(status_bounds::kChunkMessage), "The last it said.")
        .field("attempts", &F::attempts, count(), "Attempts it had.")
        .field("node", &F::node, text(1, kNodeMax), "Node of the last attempt.")
        .done();
}

Object top_finding() {
    using F = TopFinding;
    return Describe<F>("TopFinding", "A finding, in short.")
        .field("fingerprint", &F::fingerprint, text(1, bounds::kIdDigits),
               "The same for the same finding in every run.")
        .required()
        .field("ruleID", &F::rule_id, text(1, bounds::kRuleIdBytes), "The rule that found it.")
        .field("severity", &F::severity, choice({"Critical", "High", "Medium", "Low", "Info"}),
               "How bad it is.")
        .field("title", &F::title, sized(status_bounds::kTitle), "What it is.")
        .field("location", &F::location, sized(status_bounds::kLocation), "Where it is.")
        .done();
}

Object queue() {
    return Describe<StatusQueue>("Queue", "Why nothing runs though the job could.")
        .field("reason", &StatusQueue::reason, reason(), "What it waits for.")
        .field("sinceTime", &StatusQueue::since, schema::time(), "Since when.")
        .done();
}

Object timings() {
    using T = StatusTimings;
    return Describe<T>("Timings", "What running chunks side by side has saved.")
        .field("sequentialEstimateSeconds", &T::sequential_estimate_seconds, count(),
               "Time of all succeeded attempts, one after the other.")
        .field("wallSeconds", &T::wall_seconds, count(), "From `startTime` to `completionTime`.")
        .field("speedupPercent", &T::speedup_percent, count(),
               "The first in percent of the second: 100 is no gain.")
        .done();
}

Object results() {
    using R = StatusResults;
    return Describe<R>("Results", "Where the results are.")
        .field("url", &R::url, sized(status_bounds::kUrl), "The report, at the operator.")
        .field("sha256", &R::sha256, text(1, kDigestMax), "Digest of the merged results.")
        .field("bytes", &R::bytes, count(), "Size of the merged results.")
        .field("available", &R::available, boolean(), "Whether the store still has them.")
        .done();
}

Object trace() {
    return Describe<StatusTrace>("Trace", "Where the run stands among traces.")
        .field("traceID", &StatusTrace::trace_id, text(1, kTraceIdMax), "Id of the trace, in hex.")
        .field("traceparent", &StatusTrace::traceparent, text(1, kTraceParentMax),
               "What runners get as `TRACEPARENT` (W3C trace context).")
        .done();
}

Object run() {
    return Describe<StatusRun>("Run", "A run that ended before this one.")
        .field("runID", &StatusRun::run_id, text(1, kRunIdMax), "Its id.")
        .required()
        .field("outcome", &StatusRun::outcome, outcomes(), "How it ended.")
        .field("completionTime", &StatusRun::completion_time, schema::time(), "When it ended.")
        .field("findings", &StatusRun::findings, count(), "How many findings it had.")
        .field("coveragePercent", &StatusRun::coverage_percent, percent(), "How much it scanned.")
        .done();
}

Object condition() {
    using C = StatusCondition;
    return Describe<C>("Condition", "Something that is true, false or not known yet.")
        .field("type", &C::type, text(1, kConditionTypeMax), "Name of the condition.")
        .required()
        .field("status", &C::status, choice({"True", "False", "Unknown"}), "Whether it holds.")
        .required()
        .field("observedGeneration", &C::observed_generation, count(),
               "The `metadata.generation` that this is about.")
        .field("lastTransitionTime", &C::last_transition_time, schema::time(),
               "When `status` changed last.")
        .required()
        .field("reason", &C::reason, reason(), "One word that says why; the list is closed.")
        .required()
        .field("message", &C::message,
               text(0, static_cast<std::int64_t>(status_bounds::kConditionMessage)),
               "One sentence for people: what is, and what to do.")
        .required()
        .done();
}

// Written only where it says something.
void describe_flag(Describe<JobStatus>& status, std::string_view name, bool JobStatus::* flag,
                   std::string_view doc) {
    status.custom(
        name, boolean(), doc,
        [flag](JobStatus& owner, const schema::Json& value) { owner.*flag = value.get<bool>(); },
        [flag](const JobStatus& owner) {
            return owner.*flag ? schema::Json(true) : schema::Json();
        });
}

Object record_count() {
    return Describe<JobStatus>("Records", "Records: facts about the target that are no findings.")
        .field("total", &JobStatus::records, count(), "All, each counted once.")
        .done();
}

void describe_run(Describe<JobStatus>& status) {
    using S = JobStatus;
    status
        .field("observedGeneration", &S::observed_generation, integer(-1, kCountMax),
               "The `metadata.generation` that this status is about; -1: the operator has not seen "
               "the job yet.")
        .field("runID", &S::run_id, text(1, kRunIdMax),
               "Id of the run: the job's uid, with `-2` and so on for further runs.")
        .field("rerun", &S::rerun, text(0, kTextMax), "The `spec.rerun` this run was started with.")
        .field("startTime", &S::start_time, schema::time(), "When the run began.")
        .field("deadlineTime", &S::deadline_time, schema::time(),
               "When the run ends, whatever happens; it moves by the time the job was suspended.")
        .field("completionTime", &S::completion_time, schema::time(), "When the run ended.")
        .field("outcome", &S::outcome, outcomes(), "How the run ended; absent until then.")
        .field("plan", &S::plan, object(plan()), "The plan document that was accepted.")
        .field("progress", &S::progress, text(1, kLabelMax), "Chunks that ended / all chunks.")
        .field("coveragePercent", &S::coverage_percent, percent(),
               "Units that ended well of those planned, rounded down; 100 only if all.");
}

void describe_counts(Describe<JobStatus>& status) {
    using S = JobStatus;
    status.field("units", &S::units, object(units()), "Units by how they ended.")
        .field("chunks", &S::chunks, object(chunks()), "Chunks by what they do.")
        .field("attempts", &S::attempts, object(attempts()), "Attempts by how they ended.")
        .field("succeededChunks", &S::succeeded_chunks, sized(status_bounds::kIntervals),
               "Chunks that succeeded: `0-4,6-19`.");
    describe_flag(status, "succeededChunksTruncated", &S::succeeded_chunks_truncated,
                  "True if `succeededChunks` was cut; the counts are exact.");
    status.field("failedChunks", &S::failed_chunks,
                 list(object(failed_chunk()), status_bounds::kFailedChunks),
                 "The first chunks that were given up.");
    describe_flag(status, "failedChunksTruncated", &S::failed_chunks_truncated,
                  "True if there are more than `failedChunks` names; the counts are exact.");
    status.field("findings", &S::findings, object(findings()), "How many findings there are.")
        .field("topFindings", &S::top_findings,
               list(object(top_finding()), status_bounds::kTopFindings),
               "The most severe findings; all of them are in the report.");
    describe_flag(status, "topFindingsTruncated", &S::top_findings_truncated,
                  "True if there are more than `topFindings` names; the counts are exact.");
    status.group("records", record_count(), "How many records there are.");
}

void describe_rest(Describe<JobStatus>& status) {
    using S = JobStatus;
    status.field("queue", &S::queue, object(queue()), "What the job waits for; absent if nothing.")
        .field("timings", &S::timings, object(timings()), "How long it took.")
        .field("results", &S::results, object(results()), "Where the results are.")
        .field("trace", &S::trace, object(trace()), "The trace of the run.")
        .field("history", &S::history, list(object(run()), status_bounds::kHistory),
               "The runs before this one, newest first.")
        .field(
            "conditions", &S::conditions,
            list(object(condition()), status_bounds::kConditions, "type"),
            "`Ready`, `Reconciling`, `Stalled`, `Succeeded`, `Finished`, `Suspended`, and others "
            "while they say something.");
}

Object describe_status() {
    Describe<JobStatus> status("Status", "What has become of the job.");
    describe_run(status);
    describe_counts(status);
    describe_rest(status);
    return status.done();
}

}  // namespace

const Object& status_schema() {
    static const Object kSchema = describe_status();
    return kSchema;
}

}  // namespace scan
