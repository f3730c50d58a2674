// What the rules of one planning round share. Internal to operator/core.
#pragma once

#include "operator/core/make_plan.h"

#include <cstddef>
#include <string_view>

namespace core {

enum class Stage { Waiting, Starting, Running, Succeeded, Failed, TimedOut, Cancelled, Skipped };
inline bool is_terminal(Stage stage) { return stage >= Stage::Succeeded; }

// A chunk (or discovery) as the rules see it: its attempts counted once, its stage decided once.
struct Track {
    std::int64_t chunk = kDiscovery;
    const std::vector<Attempt>* attempts = nullptr;
    bool committed = false;
    // Counted by take_ends().
    const Attempt* live = nullptr;  // newest that has not ended
    const Attempt* last = nullptr;  // newest whose end counts (no neutral one)
    scan::AttemptEnd last_end = scan::AttemptEnd::Committed;
    Instant last_at{};
    int charged = 0;
    int free_ends = 0;
    int oom_kills = 0;
    bool ran = false;  // some attempt ran
    // Decided by settle().
    Stage stage = Stage::Waiting;
    Instant due{};        // waiting: not before
    bool cut = false;     // it is unfinished because the job's time ran out
    std::size_t key = 0;  // index into Round::keys
};

struct KeyUse {
    std::string_view name;
    int limit = 0;  // 0 = none
    int in_flight = 0;
    Instant paused_until{};
};

// The job's clock as it is from this round on.
struct Timeline {
    std::optional<Instant> start{};
    std::optional<Instant> deadline{};
    std::optional<Instant> suspended{};
    bool changed = false;  // must be written before anything is done
};

struct Round {
    const scan::JobSpec& spec;
    const Observed& seen;
    const Instant now;
    Timeline time{};
    Track discovery{};
    std::vector<Track> chunks{};
    std::vector<KeyUse> keys{};
    int live_chunk_attempts = 0;
    int live_attempts = 0;  // discovery's too
    bool plan_lost = false;
    Plan plan{};

    void act(Action action, std::string subject, std::string sentence) {
        plan.actions.push_back(std::move(action));
        plan.reasons.push_back({std::move(subject), std::move(sentence)});
    }
    void wake(Instant at) {
        if (!plan.wake_at || at < *plan.wake_at) plan.wake_at = at;
    }
    Duration chunk_limit() const { return spec.chunks.active_deadline; }
};

// deadline.cc
Timeline read_clock(const scan::JobSpec& spec, const Observed& seen, Instant now);
Duration remaining_at(const Round& round,
                      Instant at);  // until the deadline; it stands still while suspended
Duration attempt_limit(const Round& round, Instant at);  // of an attempt that starts then
bool past_deadline(const Round& round);
std::optional<StopCause> stop_by_deadline(const Round&, const Track&, const Attempt&);

// ends.cc
scan::AttemptEnd effective_end(const Attempt& attempt);
void take_ends(Round& round, Track& track);
void stop_attempt(Round& round, const Track& track, const Attempt& attempt, StopCause cause);

// suspend.cc: also cancel
bool is_suspending(const Round& round);
std::optional<StopCause> stop_by_cancel(const Round&, const Track&, const Attempt&);
std::optional<StopCause> stop_by_suspend(const Round&, const Track&, const Attempt&);
void note_suspension(Round& round);

// discovery.cc
void watch_plan(Round& round);  // PlanLost
std::optional<StopCause> stop_by_plan_lost(const Round&, const Track&, const Attempt&);
void run_discovery(Round& round);
scan::Verdict verdict_without_plan(const Round& round);

// timeouts.cc
std::optional<StopCause> stop_by_commit(const Round&, const Track&, const Attempt&);
std::optional<StopCause> stop_by_start_clock(const Round&, const Track&, const Attempt&);
std::optional<StopCause> stop_by_run_clock(const Round&, const Track&, const Attempt&);
void wake_for_clocks(Round& round, const Attempt& attempt);

// retry.cc
void settle(Round& round, Track& track);

// launch.cc
bool may_launch(const Round& round);
void count_keys(Round& round);
void launch_chunks(Round& round);
void start_attempt(Round& round, const Track& track);

// completion.cc
bool work_is_over(const Round& round);
void complete(Round& round);

// cleanup.cc
Plan plan_after_end(const scan::JobSpec& spec, const Observed& seen, Instant now);

// status.cc, conditions.cc
std::string kebab_word(std::string_view camel_word);
void write_status(Round& round);
void write_conditions(Round& round, const std::optional<scan::Verdict>& verdict);

}  // namespace core
