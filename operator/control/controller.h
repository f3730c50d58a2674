// The controller: a deterministic machine. Events in, effects out; one thread, no locks, no clock,
// no I/O. Time comes with the event. In production a loop feeds it (operator/app), in tests a
// simulator with a fake API server, one virtual clock and one seed.
#pragma once

#include "kube/events.h"
#include "kube/leader.h"
#include "kube/watcher.h"
#include "operator/control/run.h"
#include "operator/control/tally.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace control {

struct WriteDone {
    Ticket ticket{};
    base::Result<> done{};
};
struct RunLoaded {
    results::RunKey run{};
    base::Result<results::RunState> state{};
};
struct MergeDone {
    results::RunKey run{};
    base::Result<MergeFacts> merged{};
};
struct StopRequested {};
// monostate: time has passed.
using Event = std::variant<std::monostate, kube::CallEvent, api::IngestEvent, WriteDone, RunLoaded,
                           MergeDone, StopRequested>;

struct Effects {
    kube::Outbox kube{};
    std::vector<Desk::NewWrite> writes{};  // in order
    std::vector<results::RunKey> loads{};
    std::vector<MergeOrder> merges{};
    std::vector<IngestOrder> ingest{};
    std::vector<LogLine> log{};
    // For metrics: the turns that this step took, and attempts of chunks that ended.
    std::vector<Turn> turns{};
    std::vector<AttemptTimes> attempts{};
};

struct ControllerOptions {
    std::string namespace_{};  // empty = all
    RunSettings run{};
    // Without an election this process leads from the start: one replica, strategy Recreate.
    std::optional<kube::LeaderOptions> election{};
    kube::EventRecorderOptions events{};
    // A key's own events within so long are planned together.
    base::Duration plan_every{10};
    std::uint64_t seed = 1;
    kube::CallId first_call = 1;
};

// For metrics, logs and probes.
struct ControllerCounts {
    std::uint64_t turns = 0;
    std::uint64_t calls = 0;
    std::uint64_t queued = 0;  // jobs that were marked for a turn, ever
    std::uint64_t jobs = 0;
    std::uint64_t finished_jobs = 0;
    std::size_t dirty = 0;
    // By what a job is: Waiting, Running, Suspended, or its outcome. All words, also with none.
    std::map<std::string_view, std::uint64_t> by_state{};
};

class Controller {
public:
    explicit Controller(ControllerOptions options);

    Effects step(const Event& event, kube::Now now);
    // When to step again though nothing happens.
    std::optional<base::Ticks> wake_at() const;

    bool is_ready() const;  // both caches have been filled once
    // Every attempt that may call ingest was told to it. Not so while a run is still to be read:
    // its Pods are there, and must not be sent away.
    bool knows_callers() const;
    bool is_leader(base::Ticks now) const;
    bool is_stopped() const;          // after StopRequested: the lease is given back
    ControllerCounts counts() const;  // looks at every job
    // nullptr: no such job, or not seen yet.
    const Run* find(const kube::ObjectKey& job) const;
    // Why a watch does not get on; none when both do.
    std::optional<std::string> trouble() const;

private:
    struct Entry {
        std::unique_ptr<Run> run;
        base::Ticks not_before{};
        std::optional<base::Instant> wake_at{};
        std::map<std::string, int> live{};  // by concurrency key, as of its last turn
        bool is_read = false;               // as of its last turn, too
        Tally tally{};
        bool failed = false;  // a call, write or merge since its last turn
    };
    struct InFlight {
        kube::ObjectKey job{};
        std::string run_id{};
        Purpose purpose{};
        core::AttemptId attempt{};
    };

    void on_job(const kube::Change& change);
    void on_pod(const kube::Change& change);
    void put_job(ScanJob job);
    void drop_job(const kube::ObjectKey& key);
    void give_pods(Run& run, Desk& desk);
    void follow_lead(Effects& effects);
    void answer(const kube::CallEvent& event, Effects& effects);
    void deliver(const Event& event, Effects& effects);
    Entry* entry_of(const results::RunKey& run);
    void mark(const kube::ObjectKey& job) {
        if (dirty_.try_emplace(job, now_.ticks).second) ++counts_.queued;
    }
    void run_turns(Effects& effects);
    void take_turn(const kube::ObjectKey& key, Entry& entry, base::Ticks since, Effects& effects);
    void hear_of_keys(const kube::ObjectKey& key, Entry& entry);
    void tell_of_keys(const kube::ObjectKey& key, Entry& entry);
    void start_rerun(const kube::ObjectKey& key, Entry& entry, Effects& effects);
    void hand_over(const kube::ObjectKey& job, Run& run, Desk& desk, Effects& effects);

    ControllerOptions options_;
    kube::CallIds ids_;
    kube::Watcher jobs_watch_;
    kube::Watcher pods_watch_;
    kube::PodParser pod_parser_{};
    kube::EventRecorder recorder_;
    std::optional<kube::LeaderElector> elector_{};
    std::uint64_t led_term_ = 0;
    bool leads_ = false;
    bool stopping_ = false;

    kube::Now now_{};             // of the event in hand
    Effects* effects_ = nullptr;  // of the step in hand: watchers tell changes by callback
    std::map<kube::ObjectKey, Entry> jobs_{};
    std::set<kube::ObjectKey> listed_jobs_{};
    std::set<kube::ObjectKey> listed_pods_{};
    bool listing_jobs_ = false;
    bool listing_pods_ = false;
    // Pods whose job is not known yet, by namespace/name.
    std::map<kube::ObjectKey, kube::Pod> strays_{};
    std::map<kube::ObjectKey, base::Ticks> dirty_{};  // since when
    std::unordered_map<kube::CallId, InFlight> in_flight_{};
    ControllerCounts counts_{};
};

}  // namespace control
