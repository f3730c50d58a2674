// The loop: plan, apply, wait, take in what happened. Actions: apply.cc.
#include "cli/local/driver.h"

#include "base/log.h"
#include "operator/observe/status_json.h"

#include <fmt/core.h>
#include <signal.h>

#include <algorithm>

namespace cli {

using base::Result;

namespace {

constexpr base::Duration kStoreRetry{1'000};   // a full disk or a lock is not gone sooner
constexpr base::Duration kStatusEvery{1'000};  // of counts; condition changes are written at once

bool is_transient(const base::Error& error) { return error.kind() == base::ErrorKind::Unavailable; }

std::string_view reason_of(const core::Status& status) {
    return status.conditions.empty() ? "" : scan::to_string(status.conditions.front().reason);
}

}  // namespace

Driver::Driver(DriverOptions options, DriverWorld world, Watcher watcher)
    : options_(std::move(options)), world_(std::move(world)), watcher_(std::move(watcher)),
      spec_(options_.job.spec) {
    if (options_.parallelism) spec_.parallelism = *options_.parallelism;
}

Result<core::Status> Driver::drive() {
    TRY(open_run());
    while (true) {
        TRY(turn());
        if (seen_.finished) break;
        if (options_.stop_after_plan && seen_.plan) return status_;
        if (!acted_) TRY(wait());
        TRY(take_notes());
        if (world_.stop_requests() >= 2) return std::unexpected(interruption());
        heed_user();
    }
    tell_end();
    return *seen_.finished;
}

Result<> Driver::open_run() {
    std::error_code error;
    if (std::filesystem::exists(options_.folder.cancel(), error)) spec_.cancel = true;
    TRY(results::write_now(world_.store,
                           results::OpenRun{.run = options_.run,
                                            .job_json = scan::job_to_json(options_.job),
                                            .created_at = now(),
                                            .redaction_key = options_.redaction_key}));
    const results::RunState state = TRY(world_.store.load(options_.run));
    seen_ = observe::from_store(state, spec_);
    seen_.flags.retry_base = options_.retry_base;
    if (state.summary.merged) {
        const auto totals = TRY(results::merged_totals(options_.folder.merged()));
        seen_.merged = core::Observed::Merged{totals.units, totals.findings, totals.records};
    }
    // What a driver that was killed could not tidy away.
    for (const auto& attempt : state.attempts) {
        if (!attempt.end) forget_secrets(options_.folder, {attempt.chunk, attempt.attempt});
    }
    kept_.start_time = seen_.start_time;
    const bool fresh = !seen_.start_time;
    tell({.kind = fresh ? RunEvent::Kind::Started : RunEvent::Kind::Resumed,
          .sentence = fmt::format("run {} of job {} in {}", options_.run.run_id, options_.job.name,
                                  options_.folder.path.string())});
    return {};
}

Result<> Driver::turn() {
    seen_.store_available = now() >= store_back_at_;
    const core::Plan plan = core::make_plan(spec_, seen_, now());
    explain(plan);
    status_ = plan.status;
    wake_at_ = plan.wake_at;
    acted_ = false;
    Result<> done = keep_status(plan.status);
    for (const core::Action& action : plan.actions) {
        if (!done) break;
        done = apply(action);
        acted_ = true;
    }
    if (!done && is_transient(done.error())) {
        store_is_away(done.error());
        done = {};
    }
    // After actions the picture is stale: the next turn comes at once.
    if (watcher_.on_turn && !acted_) {
        watcher_.on_turn({options_.job, options_.run.run_id, seen_, status_, now(), spec_.cancel});
    }
    return done;
}

// The clock and the end must be durable before anything follows from them; counts may be a second
// old.
Result<> Driver::keep_status(const core::Status& status) {
    if (seen_.finished) {
        status_ = *seen_.finished;
        return {};
    }
    const bool clock =
        status.start_time != kept_.start_time || status.deadline_time != kept_.deadline_time;
    const bool words = reason_of(status) != reason_of(kept_);
    const bool end = status.completion_time.has_value();
    const bool due = status != kept_ && now() >= kept_at_ + kStatusEvery;
    if ((!clock && !words && !end && !due) || !seen_.store_available) return {};
    TRY(write(
        results::PutStatus{.run = options_.run, .status_json = observe::status_to_json(status)}));
    kept_ = status;
    kept_at_ = now();
    seen_.start_time = status.start_time;
    seen_.deadline_time = status.deadline_time;
    seen_.suspended_since = status.suspended_since;
    if (end) seen_.finished = status;
    return {};
}

Result<> Driver::wait() {
    base::Duration longest = watcher_.turn_max;
    const auto until = [&](base::Instant at) {
        longest = std::min(longest, std::max(at - now(), base::Duration{0}));
    };
    if (wake_at_) until(*wake_at_);
    for (const auto& [id, at] : kill_at_) until(at);
    if (!seen_.store_available) until(store_back_at_);
    const int fds[] = {world_.inbox.fd(), world_.stop_fd};
    const auto ends = world_.processes.poll(longest, fds);
    // What ingest said before a process ended lies in the inbox already: it comes first.
    TRY(take_notes());
    for (const ProcessEnd& end : ends) TRY(take_end(end));
    kill_the_stubborn();
    return {};
}

Result<> Driver::take_notes() {
    for (const Note& note : world_.inbox.take()) {
        if (const auto* event = std::get_if<api::IngestEvent>(&note)) {
            TRY(take_ingest(*event));
        } else {
            TRY(take_merge(std::get<MergeDone>(note)));
        }
    }
    return {};
}

Result<> Driver::reload_plan() {
    const auto state = TRY(world_.store.load(options_.run));
    observe::note_plan(seen_, state, spec_, now());
    tell({.kind = RunEvent::Kind::Planned,
          .sentence = fmt::format("planned {} units in {} chunks", seen_.plan->units,
                                  seen_.chunks.size())});
    return {};
}

Result<> Driver::take_ingest(const api::IngestEvent& event) {
    if (event.kind == api::IngestEvent::Kind::PlanAccepted)
        return seen_.plan ? Result<>{} : reload_plan();
    const core::AttemptId id{event.attempt.chunk, event.attempt.attempt};
    if (event.kind == api::IngestEvent::Kind::Committed) commits_[id] = event.commit;
    observe::note_ingest(seen_, event, now());
    const bool complete = event.kind == api::IngestEvent::Kind::Committed &&
                          event.commit.status == scan::StreamStatus::Complete;
    if (!complete) return {};
    tell({.kind = RunEvent::Kind::ChunkSucceeded,
          .sentence = fmt::format("chunk {} succeeded: {} units, {} findings", id.chunk,
                                  event.commit.units.total(), event.commit.findings),
          .attempt = id});
    return {};
}

Result<> Driver::take_merge(const MergeDone& done) {
    merging_.join();
    seen_.merge_running = false;
    if (!done.totals) {
        if (!is_transient(done.totals.error())) return std::unexpected(done.totals.error());
        store_is_away(done.totals.error());
        return {};
    }
    seen_.merged =
        core::Observed::Merged{done.totals->units, done.totals->findings, done.totals->records};
    return {};
}

Result<> Driver::take_end(const ProcessEnd& end) {
    kill_at_.erase(end.id);
    forget_secrets(options_.folder, end.id);
    core::ExitFacts facts{.code = end.status.code, .signal = end.status.signal, .at = now()};
    facts.record = read_record(options_.folder, end.id);
    if (end.status.code == 0) TRY(ask_store(end.id));
    if (const auto stored = commits_.find(end.id); stored != commits_.end())
        facts.stored = stored->second;
    const core::Attempt* attempt = observe::find_attempt(seen_, end.id);
    facts.plan_accepted =
        end.id.chunk == core::kDiscovery && attempt != nullptr && attempt->committed_at.has_value();
    end_attempt(end.id, core::end_of_exit(facts));
    return {};
}

// The store is asked before an end without a result is believed: its note may still be on the way.
Result<> Driver::ask_store(const core::AttemptId& id) {
    const bool is_known =
        id.chunk == core::kDiscovery ? seen_.plan.has_value() : commits_.contains(id);
    if (is_known) return {};
    const auto state = TRY(world_.store.load(options_.run));
    if (id.chunk == core::kDiscovery) return state.plan ? reload_plan() : Result<>{};
    for (const auto& stored : state.attempts) {
        if (stored.chunk != id.chunk || stored.attempt != id.attempt || !stored.commit) continue;
        TRY(take_ingest({.kind = api::IngestEvent::Kind::Committed,
                         .attempt = key_of(id),
                         .commit = *stored.commit}));
    }
    return {};
}

void Driver::end_attempt(const core::AttemptId& id, core::EndFact fact) {
    world_.ingest.forget(key_of(id));
    commits_.erase(id);
    observe::note_end(seen_, id, std::move(fact));
}

void Driver::kill_the_stubborn() {
    for (auto it = kill_at_.begin(); it != kill_at_.end();) {
        if (now() < it->second) {
            ++it;
            continue;
        }
        world_.processes.signal(it->first, SIGKILL);
        it = kill_at_.erase(it);
    }
}

void Driver::heed_user() {
    if (world_.stop_requests() < 1 || spec_.cancel) return;
    spec_.cancel = true;
    cancelled_here_ = true;
    // Survives a kill −9 in the middle of cancelling; if it cannot be written, the run is cancelled
    // all the same.
    const auto marked = base::os::write_file(options_.folder.cancel(), "", base::os::Mode::Private);
    if (!marked)
        base::log::warn("the cancellation could not be kept",
                        {{"error", marked.error().message()}});
    tell({.kind = RunEvent::Kind::Cancelling,
          .sentence = "cancelling: what was found is kept; once more stops at once"});
}

// Whoever is in such a hurry wants to get away, not to end the run: it stays as it is and can be
// resumed.
base::Error Driver::interruption() {
    std::error_code ignored;
    if (cancelled_here_) std::filesystem::remove(options_.folder.cancel(), ignored);
    const auto forget = [&](const std::vector<core::Attempt>& attempts) {
        for (const core::Attempt& attempt : attempts) {
            if (attempt.phase != core::Phase::Ended) forget_secrets(options_.folder, attempt.id);
        }
    };
    forget(seen_.discovery);
    for (const core::ChunkState& chunk : seen_.chunks) forget(chunk.attempts);
    return {base::ErrorKind::Cancelled, "interrupted: stopped at once"};
}

void Driver::store_is_away(const base::Error& error) {
    if (seen_.store_available) {
        tell({.kind = RunEvent::Kind::StoreAway,
              .sentence = fmt::format("waiting for the store ({}): {}",
                                      options_.folder.store().string(), error.message())});
    }
    store_back_at_ = now() + kStoreRetry;
    seen_.store_available = false;
    acted_ = false;
}

void Driver::tell_end() {
    RunEvent event{.kind = RunEvent::Kind::Finished};
    if (!status_.conditions.empty()) {
        const core::Condition& end = status_.conditions.front();
        event.sentence = fmt::format("{}: {}", scan::to_string(end.reason), end.message);
    }
    if (status_.outcome) event.word = scan::to_string(*status_.outcome);
    tell(std::move(event));
}

void Driver::tell(RunEvent event) {
    event.at = now();
    if (watcher_.on_event) watcher_.on_event(event);
}

void Driver::explain(const core::Plan& plan) {
    for (const core::Why& why : plan.reasons) {
        tell({.kind = RunEvent::Kind::Explained,
              .sentence = fmt::format("{}: {}", why.subject, why.sentence)});
    }
}

}  // namespace cli
