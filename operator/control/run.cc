// A run's turn: is the picture whole, what is planned, what does status say. Actions:
// run_apply.cc; calls and their answers: run_calls.cc; Pods: run_pods.cc.
#include "operator/control/run.h"

#include "operator/control/names.h"
#include "operator/observe/observe.h"
#include "operator/observe/status_json.h"

#include <fmt/format.h>

#include <algorithm>

namespace control {

using core::Attempt;
using core::Phase;

namespace {

std::string_view reason_of(const core::Status& status) {
    return status.conditions.empty() ? "" : scan::to_string(status.conditions.front().reason);
}

bool has_ended(const core::Status& status) { return status.completion_time.has_value(); }

}  // namespace

Run::Run(const RunSettings& settings, ScanJob job, std::int64_t number)
    : settings_(settings), job_(std::move(job)) {
    key_ = {.namespace_ = job_.key.namespace_,
            .job = job_.key.name,
            .run_id = run_id(job_.uid, number)};
    seen_.flags = settings_.flags;
    const bool known = job_.status.run_id == key_.run_id;
    if (known) {
        const auto& status = job_.status.facts;
        seen_.start_time = status.start_time;
        seen_.deadline_time = status.deadline_time;
        seen_.suspended_since = status.suspended_since;
        seen_.plan_promised = !job_.status.plan_sha256.empty();
        if (status.outcome) {
            seen_.finished = status;
            // Its Pods may be gone: those that are not will be told.
            seen_.objects_left = false;
            kept_generation_ = job_.status.observed_generation;
        }
    }
    if (job_.job) spec_ = job_.job->spec;
    rerun_ = known ? job_.status.rerun : spec_.rerun;
    history_json_ = known ? history_of(job_.status) : history_after(job_.status);
}

bool Run::wants_rerun() const { return is_finished() && job_.job && spec_.rerun != rerun_; }

bool Run::is_at_rest() const {
    return is_finished() && !sending_ && errands_.empty() && !seen_.objects_left;
}

void Run::take_job(ScanJob job) {
    if (job.job && job_.job) spec_ = job.job->spec;
    job_ = std::move(job);
    rereading_ = false;
    // An end that was written, though its answer was lost, is the end.
    const JobStatus& status = job_.status;
    if (!is_finished() && status.run_id == key_.run_id && status.facts.outcome)
        seen_.finished = status.facts;
}

void Run::wake(base::Instant at) {
    if (!wake_at_ || at < *wake_at_) wake_at_ = at;
}

// The schema let something pass that the model does not understand: like a discovery that says so.
void Run::refuse_spec(const base::Error& error, base::Instant now) {
    Attempt refused{.id = {core::kDiscovery, 1}, .phase = Phase::Ended, .created_at = now};
    refused.end = core::EndFact{.end = scan::AttemptEnd::ConfigError,
                                .exit_code = 64,
                                .reason = scan::Reason::InvalidSpec,
                                .message = error.message(),
                                .at = now};
    refused.end_recorded = true;
    seen_.discovery.assign(1, std::move(refused));
    seen_.run_closed = true;
}

std::optional<base::Error> Run::spec_problem() const {
    if (!job_.job) return job_.job.error();
    if (opened_ || registered_) return std::nullopt;  // what has begun is not refused
    const auto allowed = check_runner(settings_.pods.limits, *job_.job);
    if (!allowed) return allowed.error();
    return std::nullopt;
}

void Run::load(Desk& desk) {
    loading_ = true;
    desk.load = true;
}

// True: the run is open and the picture is whole.
bool Run::open(Desk& desk, base::Instant now) {
    const auto problem = spec_problem();
    if (problem) {
        if (seen_.discovery.empty()) refuse_spec(*problem, now);
        return true;
    }
    if (opened_ || !seen_.start_time) return true;  // the clock comes first, as status
    if (is_finished()) return true;
    if (registered_) {
        load(desk);
        return false;
    }
    registering_ = true;
    write(results::OpenRun{.run = key_,
                           .job_json = scan::job_to_json(*job_.job),
                           .created_at = *seen_.start_time,
                           .redaction_key = {}},
          desk);
    return false;
}

void Run::turn(base::Instant now, Desk& desk) {
    wake_at_.reset();
    if (gone_) return;
    if (!writes_.empty() || loading_) return;
    seen_.store_available = now >= store_back_at_;
    if (!seen_.store_available) wake(store_back_at_);
    if (seen_.store_available && !open(desk, now)) return;
    if (plan_wanted_ && seen_.store_available) {
        plan_wanted_ = false;
        return load(desk);
    }
    watch_the_silent(now, desk);
    ask_about_mounts(now);
    expire(now);
    creations_left_ = settings_.creations_per_turn_max;
    const bool refused = spec_problem().has_value();
    const bool whole = opened_ || !seen_.start_time || is_finished() || refused;
    if (whole) {
        core::Plan plan = core::make_plan(spec_, seen_, now);
        keep_status(plan.status, now, desk);
        // At once only if it is not the answer to a status write that is waited for.
        if (plan.wake_at && (*plan.wake_at > now || plan.status == kept_)) wake(*plan.wake_at);
        reasons_ = std::move(plan.reasons);
        if (!refused || is_finished()) {
            for (const core::Action& action : plan.actions) apply(action, now, desk);
        }
    } else if (!seen_.store_available) {
        tell_store_is_away(now, desk);
    }
    if (writes_.empty()) send_errands(now, desk);
}

// A Pod that was deleted and does not go: its node is silent.
void Run::watch_the_silent(base::Instant now, Desk& desk) {
    for (auto& [id, pod] : pods_) {
        if (!pod.deletion_at) continue;
        const Attempt* attempt = observe::find_attempt(seen_, id);
        if (attempt == nullptr || attempt->phase == Phase::Ended) continue;
        const auto lost_at = *pod.deletion_at + kNodeLostAfter;
        if (now < lost_at) {
            wake(lost_at);
            continue;
        }
        const auto commit = commits_.find(id);
        StoreFacts stored;
        if (commit != commits_.end()) stored.commit = commit->second;
        end_attempt(id, end_of_pod(pod.facts, stored, now), desk);
    }
}

// Scheduled, not running, and nothing says why: at half of its time the Pod's Events are asked.
void Run::ask_about_mounts(base::Instant now) {
    for (const auto& [id, pod] : pods_) {
        if (pod.facts.phase != kube::PodPhase::Pending || pod.facts.node.empty()) continue;
        if (pod.deletion_at || mounts_asked_.contains(id)) continue;
        const Attempt* attempt = observe::find_attempt(seen_, id);
        if (attempt == nullptr || attempt->phase != Phase::Pending) continue;
        if (attempt->hold != core::Hold::None) continue;
        const auto due = attempt->created_at + base::Duration(spec_.chunks.start_deadline) / 2;
        if (now < due) {
            wake(due);
            continue;
        }
        mounts_asked_.insert(id);
        errands_.push_back({.purpose = Purpose::Mounts, .attempt = id});
    }
}

// spec.ttlSecondsAfterFinished: owner references take the rest.
void Run::expire(base::Instant now) {
    if (!is_finished() || !spec_.ttl_after_finished || expiring_) return;
    const auto due = seen_.finished->completion_time.value_or(now) + *spec_.ttl_after_finished;
    if (now < due) return wake(due);
    expiring_ = true;
    errands_.push_back({.purpose = Purpose::DeleteJob});
}

// The spec was edited after the end: nothing of the end changes, but it is said to be seen.
void Run::keep_edit(base::Instant now, Desk& desk) {
    if (job_.status.observed_generation == job_.generation || wants_rerun()) return;
    const auto json = status_after_edit(job_.status.json, job_.generation, now);
    const auto patch = status_patch(job_.status.json, json, job_.resource_version);
    if (!patch) return;
    sending_ = *seen_.finished;
    sending_generation_ = job_.generation;
    desk.calls.push_back({.purpose = Purpose::Status,
                          .attempt = {},
                          .request = kube::merge_patch(kScanJobs, job_.key, "status", *patch)});
}

StatusExtras Run::extras() const {
    StatusExtras out{.generation = job_.generation, .run_id = key_.run_id};
    out.rerun = rerun_;
    out.history_json = history_json_;
    if (seen_.plan) out.plan_sha256 = seen_.plan->sha256;
    if (out.plan_sha256.empty() && job_.status.run_id == key_.run_id)
        out.plan_sha256 = job_.status.plan_sha256;
    out.top_findings_json = merged_.top_findings_json;
    out.top_findings_truncated = merged_.top_findings_truncated;
    if (seen_.merged) out.sequential_estimate = merged_.totals.sequential_estimate;
    return out;
}

// The clock, the end and what answers an edit at once; the rest once a second: with few chunks the
// reason may change with each of them.
bool Run::is_due(const core::Status& status, base::Instant now) const {
    if (status == kept_ && kept_generation_ == job_.generation) return false;
    if (status_tries_ > 0 && now < status_not_before_) return false;  // the server said no
    const bool urgent = status.start_time != kept_.start_time ||
                        status.deadline_time != kept_.deadline_time ||
                        status.suspended_since != kept_.suspended_since || has_ended(status) ||
                        kept_generation_ != job_.generation;
    return urgent || now >= status_not_before_;
}

// Before the run is open its counts are not known: those that were told stay.
void Run::tell_store_is_away(base::Instant now, Desk& desk) {
    core::Status status = job_.status.facts;
    status.conditions = core::make_plan(spec_, seen_, now).status.conditions;
    keep_status(status, now, desk);
}

void Run::keep_status(const core::Status& status, base::Instant now, Desk& desk) {
    wanted_ = status;
    if (sending_ || rereading_) return;
    if (!is_due(status, now)) {
        if (status != kept_ || kept_generation_ != job_.generation) wake(status_not_before_);
        return;
    }
    if (is_finished() && job_.status.facts.outcome && job_.status.run_id == key_.run_id) {
        status_kept(status, job_.generation);
        return keep_edit(now, desk);
    }
    if (has_ended(status) && !final_stored_ && opened_) {
        write(results::PutStatus{.run = key_, .status_json = observe::status_to_json(status)},
              desk);
        final_stored_ = true;
        return;
    }
    const auto json = status_json(status, extras(), job_.status, now);
    const auto patch = json == sent_json_
                           ? std::nullopt
                           : status_patch(job_.status.json, json, job_.resource_version);
    if (!patch) {
        status_kept(status, job_.generation);
        return;
    }
    tell_changes(status, desk);
    sent_json_ = json;
    sending_ = status;
    sending_generation_ = job_.generation;
    status_not_before_ = now + settings_.status_every;
    desk.calls.push_back({.purpose = Purpose::Status,
                          .attempt = {},
                          .request = kube::merge_patch(kScanJobs, job_.key, "status", *patch)});
}

void Run::status_kept(const core::Status& status, std::int64_t generation) {
    kept_ = status;
    kept_generation_ = generation;
    status_tries_ = 0;
    seen_.start_time = status.start_time;
    seen_.deadline_time = status.deadline_time;
    seen_.suspended_since = status.suspended_since;
    if (has_ended(status)) seen_.finished = status;
}

// On the job: start, first failure, end. Never one a chunk.
void Run::tell_changes(const core::Status& status, Desk& desk) {
    const auto& message = status.conditions.empty() ? std::string() : status.conditions[0].message;
    if (!kept_.start_time && status.start_time)
        desk.events.push_back({.reason = "Started", .note = "run " + key_.run_id + " started"});
    const bool failed_before = kept_.chunks.failed + kept_.chunks.timed_out > 0;
    if (!failed_before && status.chunks.failed + status.chunks.timed_out > 0 &&
        !status.failed_chunks.empty()) {
        const auto& first = status.failed_chunks.front();
        desk.events.push_back({.warning = true,
                               .reason = "ChunkFailed",
                               .note = fmt::format("chunk {} failed ({}): {}", first.index,
                                                   first.reason, first.message)});
    }
    if (has_ended(status)) {
        const bool well = status.outcome == scan::Outcome::Succeeded && !status.gate_hit;
        desk.events.push_back(
            {.warning = !well, .reason = std::string(reason_of(status)), .note = message});
    }
}

void Run::take_load(base::Result<results::RunState> state, base::Instant now, Desk& desk) {
    loading_ = false;
    if (!state) return store_is_away(state.error(), now);
    if (opened_) {
        observe::note_plan(seen_, *state, spec_, now);
        return;
    }
    adopt(*state, now, desk);
}

// The first picture: what the store knows. Which attempts still live, only Pods can say.
void Run::adopt(const results::RunState& state, base::Instant now, Desk& desk) {
    const auto start = seen_.start_time;
    const auto deadline = seen_.deadline_time;
    const auto suspended = seen_.suspended_since;
    const bool promised = seen_.plan_promised;
    seen_ = observe::from_store(state, spec_);
    seen_.flags = settings_.flags;
    // Stored and not told: what the merge brought is not known here, so it is decided again.
    seen_.finished.reset();
    if (start) {
        seen_.start_time = start;
        seen_.deadline_time = deadline;
        seen_.suspended_since = suspended;
    }
    seen_.plan_promised = seen_.plan_promised || promised;
    opened_ = true;
    for (const auto& event : std::exchange(early_commits_, {}))
        observe::note_ingest(seen_, event, now);
    for (const auto& stored : state.attempts) {
        const core::AttemptId id{stored.chunk, stored.attempt};
        if (stored.commit) commits_[id] = *stored.commit;
        Attempt* attempt = observe::find_attempt(seen_, id);
        if (attempt == nullptr) continue;
        if (!stored.end) {
            attempt->phase = Phase::Creating;
            attempt->end.reset();
            attempt->started_at.reset();
            desk.ingest.emplace_back(ExpectAttempt{key_of(id), pod_name(key_, id), {}});
        }
        const auto pod = pods_.find(id);
        if (pod != pods_.end()) {
            const kube::Pod facts = pod->second.facts;
            pods_.erase(pod);
            take_pod(facts, now, desk);
        } else if (!stored.end) {
            errands_.push_back({.purpose = Purpose::Verify, .attempt = id});
        }
    }
}

void Run::take_write(std::uint64_t ticket, const base::Result<>& done, base::Instant now) {
    if (writes_.erase(ticket) == 0) return;
    // The run is there with its spec as it was: what may be changed meanwhile is not frozen.
    const bool known = !done && registering_ && done.error().kind() == base::ErrorKind::Conflict;
    if (!done && !known && !write_failed_) write_failed_ = done.error();
    if (!writes_.empty()) return;
    if (write_failed_) {
        const base::Error error = *std::exchange(write_failed_, std::nullopt);
        // None of it counts: the next turn decides anew.
        recording_.clear();
        after_writes_.clear();
        closing_ = false;
        registering_ = false;
        planning_.reset();
        final_stored_ = false;
        for (const auto& id : std::exchange(starting_, {})) forget_start(id);
        return store_is_away(error, now);
    }
    for (const auto& record : std::exchange(recording_, {})) observe::note_recorded(seen_, record);
    for (auto& errand : std::exchange(after_writes_, {})) errands_.push_back(errand);
    starting_.clear();
    if (std::exchange(registering_, false)) registered_ = true;
    if (std::exchange(closing_, false)) seen_.run_closed = true;
    if (planning_) {
        const auto id = *std::exchange(planning_, std::nullopt);
        if (Attempt* attempt = observe::find_attempt(seen_, id)) {
            attempt->phase = Phase::Ended;
            attempt->committed_at = now;
            attempt->end = core::EndFact{.end = scan::AttemptEnd::Committed, .at = now};
        }
        plan_wanted_ = true;
    }
}

void Run::store_is_away(const base::Error&, base::Instant now) {
    store_back_at_ = now + settings_.store_retry;
    seen_.store_available = false;
    wake(store_back_at_);
}

void Run::take_merge(base::Result<MergeFacts> merged, base::Instant now) {
    seen_.merge_running = false;
    if (!merged) return store_is_away(merged.error(), now);
    merged_ = std::move(*merged);
    if (merged_.baseline_missing) seen_.degraded.push_back(scan::Reason::BaselineMissing);
    seen_.merged = core::Observed::Merged{merged_.totals.units, merged_.totals.findings,
                                          merged_.totals.records};
}

void Run::take_ingest(const api::IngestEvent& event, base::Instant now) {
    if (event.kind == api::IngestEvent::Kind::PlanAccepted) {
        if (!seen_.plan) plan_wanted_ = true;
        return;
    }
    const core::AttemptId id{event.attempt.chunk, event.attempt.attempt};
    if (event.kind == api::IngestEvent::Kind::Committed) commits_[id] = event.commit;
    // Counts of what comes while the run is loaded are in what the store says, or are made up for
    // by the merge; a commit must not be missed.
    if (opened_) {
        observe::note_ingest(seen_, event, now);
    } else if (event.kind == api::IngestEvent::Kind::Committed) {
        early_commits_.push_back(event);
    }
}

std::map<std::string, int> Run::live_by_key() const {
    std::map<std::string, int> live;
    for (const auto& chunk : seen_.chunks) {
        if (chunk.attempts.empty() || chunk.concurrency_key.empty()) continue;
        const bool lives = std::ranges::any_of(
            chunk.attempts, [](const Attempt& one) { return one.phase != Phase::Ended; });
        if (lives) ++live[chunk.concurrency_key];
    }
    return live;
}

}  // namespace control
