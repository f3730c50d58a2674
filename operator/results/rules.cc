#include "operator/results/rules.h"

#include <fmt/format.h>

#include <type_traits>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

Result<> check_attempt(const AttemptKey& attempt, const AttemptFacts& facts) {
    if (facts.run_closed) return std::unexpected(run_is_closed(attempt.run));
    if (!facts.chunk_exists) {
        return fail(ErrorKind::NotFound, fmt::format("chunk {} is not in the plan of {}",
                                                     attempt.chunk, describe(attempt.run)));
    }
    if (facts.complete_by != 0 && facts.complete_by != attempt.attempt) {
        return fail(ErrorKind::Conflict, fmt::format("chunk {} is already complete by attempt {}",
                                                     attempt.chunk, facts.complete_by));
    }
    return {};
}

int rank(scan::UnitStatus status) {
    switch (status) {
    case scan::UnitStatus::Ok: return 4;
    case scan::UnitStatus::Forbidden: return 3;
    case scan::UnitStatus::Skipped: return 2;
    case scan::UnitStatus::TimedOut: return 1;
    case scan::UnitStatus::Failed: return 0;
    }
    return 0;
}

}  // namespace

Result<Verdict> judge_segment(const PutSegment& segment, const AttemptFacts& facts) {
    TRY(check_attempt(segment.attempt, facts));
    if (segment.number == 0) return fail(ErrorKind::Invalid, "segments are numbered from 1");
    if (segment.number <= facts.segments) {
        if (facts.same_number_sha256 == segment.sha256) return Verdict::Already;
        return fail(ErrorKind::Conflict,
                    fmt::format("segment {} is stored with other bytes", segment.number));
    }
    if (facts.commit)
        return fail(ErrorKind::Conflict, "the attempt is committed: no more segments");
    if (segment.number > facts.segments + 1)
        return std::unexpected(want_segment(facts.segments + 1));
    return Verdict::Store;
}

Result<Verdict> judge_commit(const PutCommit& write, const AttemptFacts& facts) {
    TRY(check_attempt(write.attempt, facts));
    const auto& commit = write.commit;
    if (facts.commit) {
        if (*facts.commit == commit) return Verdict::Already;
        return fail(ErrorKind::Conflict, "the attempt is committed with other facts");
    }
    if (commit.segments > facts.segments) return std::unexpected(want_segment(facts.segments + 1));
    if (commit.segments < facts.segments || commit.bytes != facts.bytes) {
        return fail(ErrorKind::Conflict,
                    fmt::format("the commit says {} segments and {} bytes, stored are {} and {}",
                                commit.segments, commit.bytes, facts.segments, facts.bytes));
    }
    if (commit.status == scan::StreamStatus::Complete && facts.units_missing > 0) {
        return fail(
            ErrorKind::Conflict,
            fmt::format("the commit says complete, but {} units of chunk {} have no terminal line",
                        facts.units_missing, write.attempt.chunk));
    }
    return Verdict::Store;
}

bool is_better(scan::UnitStatus a, scan::UnitStatus b) { return rank(a) > rank(b); }

base::Error no_such_run(const RunKey& run) {
    return base::Error(ErrorKind::NotFound, fmt::format("{} is not in the store", describe(run)));
}

base::Error run_is_closed(const RunKey& run) {
    return base::Error(ErrorKind::Cancelled, fmt::format("{} is closed", describe(run)));
}

std::string describe(const RunKey& run) {
    return fmt::format("{}/{} run {}", run.namespace_, run.job, run.run_id);
}

std::size_t held_bytes(const Write& write) {
    // Of what has no large member: queue node, strings, callback.
    constexpr std::size_t kSmall = 1'024;
    return kSmall + std::visit(
                        [](const auto& w) -> std::size_t {
                            using T = std::decay_t<decltype(w)>;
                            if constexpr (std::is_same_v<T, PutSegment>) {
                                // A unit end is an id of up to 512 bytes, on average far less.
                                return w.gzip_body.size() + 128 * w.facts.unit_ends.size();
                            } else if constexpr (std::is_same_v<T, PutInput>) {
                                return w.bytes.size();
                            } else if constexpr (std::is_same_v<T, PutPlan>) {
                                return w.gzip_lines.size() + 512 * w.plan.head.unit_count;
                            } else if constexpr (std::is_same_v<T, OpenRun>) {
                                return w.job_json.size();
                            } else if constexpr (std::is_same_v<T, PutStatus>) {
                                return w.status_json.size();
                            } else {
                                return 0;
                            }
                        },
                        write);
}

}  // namespace results
