// The planner: a pure function from what is wanted and what is to what should happen next.
#pragma once

#include "operator/core/model.h"

namespace core {

// Rules in one visible order (make_plan.cc), each a function of its own in a file of its own. Never
// asks the time, does no I/O, remembers nothing: an operator that is killed at any instruction
// continues from `observed`.
//
// An action is planned as long as the world does not show it, and never again once it does. Actions
// are in the order in which they must be done; an end is always recorded before what it stops is
// stopped. Clock changes (first start, resume) come alone, as status: they must be durable before
// anything is done with them; wake_at is then `now`. While the store is away there are no actions.
// After the end (`observed.finished`) the status is that one, unchanged. `now` must not go
// backwards per job; if it does, nothing worse happens than waiting longer.
Plan make_plan(const scan::JobSpec& spec, const Observed& observed, Instant now);

// What became of each chunk, for reports: the words of status (waiting, running, succeeded, failed,
// timedOut, …). Of a run that is over, with the time of its end as `now`.
struct ChunkVerdict {
    std::uint32_t index = 0;
    std::string_view stage{};
    std::string reason{};  // why it did not succeed; empty if it did
    std::string message{};
    int attempts = 0;
};
std::vector<ChunkVerdict> judge_chunks(const scan::JobSpec& spec, const Observed& observed,
                                       Instant now);

// ---- attempt ends: docs/design/attempt-ends.md ----

// Free ends do not use up the chunk's retries: at most kFreeEndsMax per chunk, further ones are
// charged.
bool is_free(scan::AttemptEnd end);
// Neither charged nor free: it says nothing about the chunk (Committed, Cancelled).
bool is_neutral(scan::AttemptEnd end);
// Whether another attempt may follow this end at all. `oom_kills` of the chunk, this one included.
bool is_retryable(const EndFact& fact, int oom_kills = 1);
// The end that stopping for `cause` gives an attempt. `running`: it ran when it was stopped.
scan::AttemptEnd end_of_stop(StopCause cause, bool running);

// How a process or container ended, and what it left behind.
struct ExitFacts {
    int code = 0;    // exit code, or 128 + signal
    int signal = 0;  // 0 = exited by itself
    bool oom_killed = false;
    std::optional<scan::Commit> record{};  // its commit record
    std::optional<scan::Commit> stored{};  // its commit as the store has it
    bool plan_accepted = false;            // discovery only: the store has its plan document
    Instant at{};
};
EndFact end_of_exit(const ExitFacts& facts);

// 5 s (flags.retry_base), doubled up to 60 s, ± 20 % from a hash of chunk and attempt.
Duration retry_delay(const AttemptId& ended, int charged_so_far, Duration base = Duration{5'000});

inline constexpr int kFreeEndsMax =
    3;  // a node that evicts for ever must not keep a job alive for ever
inline constexpr Duration kRetryDelayMax{
    60'000};  // longer would leave a 30-minute job too few tries
inline constexpr Duration kRetryTimeMin{30'000};  // less is start-up cost without work
inline constexpr Duration kFirstTimeMin{
    1'000};  // a first attempt may be short: nothing was scanned yet
inline constexpr Duration kRunGrace{
    30'000};  // operator's clock beyond the chunk limit: the kubelet's comes first
inline constexpr Duration kLingerGrace{
    30'000};  // from commit to being gone: flush and exit take 5 s at most
inline constexpr Duration kEndGrace{
    45'000};  // stopping may take this long past the deadline; the job ends by + 60 s
inline constexpr int kUnschedulableFactor =
    4;  // start deadlines that an autoscaler gets to bring a node
inline constexpr std::size_t kFailedChunksMax = 20;  // shown in status; counts are exact beyond

}  // namespace core
