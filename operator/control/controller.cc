#include "operator/control/controller.h"

#include "kube/version.h"
#include "operator/control/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace control {
namespace {

// Pods that come before their job: a burst of them is normal, a flood is somebody else's doing.
constexpr std::size_t kStraysMax = 20'000;

kube::WatcherOptions jobs_options(const ControllerOptions& options) {
    return {.resource = kScanJobs, .namespace_ = options.namespace_, .seed = options.seed};
}

kube::WatcherOptions pods_options(const ControllerOptions& options) {
    return {.resource = kube::kPods,
            .namespace_ = options.namespace_,
            .label_selector = fmt::format("{},{}", kPodSelector, kRunLabel),
            .seed = options.seed + 1};
}

std::string_view state_of(const Run& run) {
    const core::Observed& seen = run.seen();
    if (seen.finished)
        return scan::to_string(seen.finished->outcome.value_or(scan::Outcome::Failed));
    if (seen.suspended_since) return "Suspended";
    return seen.start_time ? "Running" : "Waiting";
}

// What nobody has to be told about: it is how creating twice and deleting twice look.
bool is_failure(const kube::Answer& answer) {
    return answer.error && !kube::is_already_exists(*answer.error) &&
           !kube::is_not_found(*answer.error) && !kube::is_conflict(*answer.error);
}

bool has_key_limits(const Run& run) {
    const auto& plan = run.seen().plan;
    return plan && std::ranges::any_of(plan->limits, [](const scan::KeyLimit& limit) {
               return limit.max_in_flight > 0;
           });
}

}  // namespace

Controller::Controller(ControllerOptions options)
    : options_(std::move(options)), ids_(options_.first_call),
      jobs_watch_(jobs_options(options_), ids_, [this](const kube::Change& one) { on_job(one); }),
      pods_watch_(pods_options(options_), ids_, [this](const kube::Change& one) { on_pod(one); }),
      recorder_(options_.events, ids_) {
    if (options_.election) elector_.emplace(*options_.election, ids_);
}

bool Controller::is_ready() const { return jobs_watch_.synced() && pods_watch_.synced(); }

bool Controller::knows_callers() const {
    return leads_ && is_ready() && std::ranges::none_of(jobs_, [](const auto& one) {
               return one.second.run && one.second.run->is_to_be_read();
           });
}

bool Controller::is_leader(base::Ticks now) const {
    return elector_ ? elector_->is_leader(now) : !stopping_;
}

bool Controller::is_stopped() const { return stopping_ && (!elector_ || elector_->stopped()); }

std::optional<std::string> Controller::trouble() const {
    for (const auto* watch : {&jobs_watch_, &pods_watch_}) {
        if (watch->trouble()) return watch->trouble()->message;
    }
    return std::nullopt;
}

ControllerCounts Controller::counts() const {
    ControllerCounts out = counts_;
    out.jobs = jobs_.size();
    out.finished_jobs = static_cast<std::uint64_t>(std::ranges::count_if(
        jobs_, [](const auto& one) { return one.second.run && one.second.run->is_finished(); }));
    out.dirty = dirty_.size();
    for (const auto* word : {"Waiting", "Running", "Suspended"}) out.by_state[word] = 0;
    for (const auto outcome :
         {scan::Outcome::Succeeded, scan::Outcome::PartiallySucceeded, scan::Outcome::Failed,
          scan::Outcome::TimedOut, scan::Outcome::Cancelled})
        out.by_state[scan::to_string(outcome)] = 0;
    for (const auto& [key, entry] : jobs_)
        if (entry.run) ++out.by_state[state_of(*entry.run)];
    return out;
}

const Run* Controller::find(const kube::ObjectKey& job) const {
    const auto found = jobs_.find(job);
    return found == jobs_.end() ? nullptr : found->second.run.get();
}

Effects Controller::step(const Event& event, kube::Now now) {
    now_ = now;
    Effects effects;
    effects_ = &effects;
    deliver(event, effects);
    jobs_watch_.tick(now, effects.kube);
    pods_watch_.tick(now, effects.kube);
    recorder_.tick(now, effects.kube);
    if (elector_) elector_->tick(now, effects.kube);
    follow_lead(effects);
    if (leads_ && is_ready() && !stopping_) run_turns(effects);
    effects_ = nullptr;
    return effects;
}

void Controller::deliver(const Event& event, Effects& effects) {
    struct Visitor {
        Controller& own;
        Effects& effects;
        void operator()(std::monostate) const {}
        void operator()(const kube::CallEvent& one) const { own.answer(one, effects); }
        void operator()(const api::IngestEvent& one) const {
            if (Entry* entry = own.entry_of(one.attempt.run)) {
                entry->run->take_ingest(one, own.now_.wall);
                own.mark(entry->run->job().key);
            }
        }
        void operator()(const WriteDone& one) const {
            if (Entry* entry = own.entry_of(one.ticket.run)) {
                entry->failed |= !one.done;
                entry->run->take_write(one.ticket.number, one.done, own.now_.wall);
                own.mark(entry->run->job().key);
            }
        }
        void operator()(const RunLoaded& one) const {
            Entry* entry = own.entry_of(one.run);
            if (entry == nullptr) return;
            Desk desk;
            entry->failed |= !one.state;
            entry->run->take_load(one.state, own.now_.wall, desk);
            own.hand_over(entry->run->job().key, *entry->run, desk, effects);
            own.mark(entry->run->job().key);
        }
        void operator()(const MergeDone& one) const {
            if (Entry* entry = own.entry_of(one.run)) {
                entry->failed |= !one.merged;
                entry->run->take_merge(one.merged, own.now_.wall);
                own.mark(entry->run->job().key);
            }
        }
        void operator()(const StopRequested&) const {
            own.stopping_ = true;
            if (own.elector_) own.elector_->stop(own.now_, effects.kube);
        }
    };
    std::visit(Visitor{*this, effects}, event);
}

Controller::Entry* Controller::entry_of(const results::RunKey& run) {
    const auto found = jobs_.find({run.namespace_, run.job});
    if (found == jobs_.end() || !found->second.run) return nullptr;
    return found->second.run->key() == run ? &found->second : nullptr;
}

void Controller::answer(const kube::CallEvent& event, Effects& effects) {
    if (jobs_watch_.take(event, now_, effects.kube)) return;
    if (pods_watch_.take(event, now_, effects.kube)) return;
    if (recorder_.take(event, now_, effects.kube)) return;
    if (elector_ && elector_->take(event, now_, effects.kube)) return;
    const auto found = in_flight_.find(event.id);
    const auto* answer = std::get_if<kube::Answer>(&event.what);
    if (found == in_flight_.end() || answer == nullptr) return;
    const InFlight call = std::move(found->second);
    in_flight_.erase(found);
    Entry* entry = entry_of({call.job.namespace_, call.job.name, call.run_id});
    if (entry == nullptr) return;
    Desk desk;
    entry->failed |= is_failure(*answer);
    entry->run->take_answer(call.purpose, call.attempt, *answer, now_.wall, desk);
    hand_over(call.job, *entry->run, desk, effects);
    mark(call.job);
}

// What was in memory of runs belongs to one leadership: another starts from the store.
void Controller::follow_lead(Effects& effects) {
    const bool leads = is_leader(now_.ticks);
    const std::uint64_t term = elector_ ? elector_->term() : 1;
    if (leads == leads_ && (!leads || term == led_term_)) return;
    leads_ = leads;
    led_term_ = term;
    effects.log.push_back({.message = leads ? "Started leading" : "Stopped leading"});
    in_flight_.clear();
    for (auto& [key, entry] : jobs_) {
        ScanJob job = entry.run->job();
        for (auto& pod : entry.run->known_pods()) strays_.insert_or_assign(pod.key, std::move(pod));
        entry = {};
        const auto number = std::max<std::int64_t>(1, run_number(job.uid, job.status.run_id));
        entry.run = std::make_unique<Run>(options_.run, std::move(job), number);
        Desk desk;
        give_pods(*entry.run, desk);
        hand_over(key, *entry.run, desk, effects);
        mark(key);
    }
}

void Controller::on_job(const kube::Change& change) {
    switch (change.kind) {
    case kube::Change::Kind::ListStarted:
        listing_jobs_ = true;
        listed_jobs_.clear();
        return;
    case kube::Change::Kind::ListEnded: {
        listing_jobs_ = false;
        std::vector<kube::ObjectKey> gone;
        for (const auto& [key, entry] : jobs_) {
            if (!listed_jobs_.contains(key)) gone.push_back(key);
        }
        for (const auto& key : gone) drop_job(key);
        listed_jobs_.clear();
        return;
    }
    case kube::Change::Kind::Put:
    case kube::Change::Kind::Gone: break;
    }
    auto job = parse_scan_job(change.object);
    if (!job) {
        effects_->log.push_back({.warning = true,
                                 .message = "A ScanJob could not be read",
                                 .detail = job.error().message()});
        return;
    }
    if (change.kind == kube::Change::Kind::Gone) return drop_job(job->key);
    if (listing_jobs_) listed_jobs_.insert(job->key);
    put_job(std::move(*job));
}

void Controller::put_job(ScanJob job) {
    const auto key = job.key;
    // In the foreground: it goes when all it owns has gone, and nothing is to be added.
    if (job.deleting) return drop_job(key);
    Entry& entry = jobs_[key];
    mark(key);
    if (entry.run && entry.run->job().uid == job.uid) {
        const auto& known = entry.run->job().resource_version;
        const bool older =
            known != job.resource_version && kube::covers(known, job.resource_version);
        if (!older) entry.run->take_job(std::move(job));
        return;
    }
    // A namesake that came before the other's end was told.
    if (entry.run) effects_->ingest.emplace_back(CloseIngest{entry.run->key()});
    entry = {};
    const auto number = std::max<std::int64_t>(1, run_number(job.uid, job.status.run_id));
    entry.run = std::make_unique<Run>(options_.run, std::move(job), number);
    Desk desk;
    give_pods(*entry.run, desk);
    hand_over(key, *entry.run, desk, *effects_);
}

// Owner references take what the job owned; ingest must not take its results any more.
void Controller::drop_job(const kube::ObjectKey& key) {
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return;
    if (found->second.run) effects_->ingest.emplace_back(CloseIngest{found->second.run->key()});
    jobs_.erase(found);
    dirty_.erase(key);
}

void Controller::give_pods(Run& run, Desk& desk) {
    const auto& job = run.job();
    for (auto it = strays_.begin(); it != strays_.end();) {
        const bool its = it->second.controller && it->second.controller->uid == job.uid;
        if (!its) {
            run.take_foreign(it->second, false);
            ++it;
            continue;
        }
        run.take_pod(it->second, now_.wall, desk);
        it = strays_.erase(it);
    }
}

void Controller::on_pod(const kube::Change& change) {
    switch (change.kind) {
    case kube::Change::Kind::ListStarted:
        listing_pods_ = true;
        listed_pods_.clear();
        return;
    case kube::Change::Kind::ListEnded: {
        listing_pods_ = false;
        for (auto& [key, entry] : jobs_) {
            Desk desk;
            entry.run->pods_listed(listed_pods_, desk);
            hand_over(key, *entry.run, desk, *effects_);
            mark(key);
        }
        std::erase_if(strays_, [&](const auto& one) { return !listed_pods_.contains(one.first); });
        listed_pods_.clear();
        return;
    }
    case kube::Change::Kind::Put:
    case kube::Change::Kind::Gone: break;
    }
    auto pod = pod_parser_.parse(change.object,
                                 {.labels = kPodLabels, .main_container = kRunnerContainer});
    if (!pod || pod->labels.size() < kPodLabels.size()) return;
    if (listing_pods_) listed_pods_.insert(pod->key);
    const kube::ObjectKey job{pod->key.namespace_, pod->labels[0]};
    const auto found = jobs_.find(job);
    const bool known = found != jobs_.end() && found->second.run && pod->controller &&
                       found->second.run->job().uid == pod->controller->uid;
    const bool gone = change.kind == kube::Change::Kind::Gone;
    if (!known) {
        if (found != jobs_.end()) found->second.run->take_foreign(*pod, gone);
        if (gone) {
            strays_.erase(pod->key);
        } else if (strays_.size() < kStraysMax) {
            strays_.insert_or_assign(pod->key, std::move(*pod));
        }
        return;
    }
    Desk desk;
    // Of a run that has ended, a Pod that is gone says nothing more.
    if (!gone || !found->second.run->is_finished())
        found->second.run->take_pod(*pod, now_.wall, desk);
    if (gone) found->second.run->pod_gone(pod->key.name, desk);
    hand_over(job, *found->second.run, desk, *effects_);
    mark(job);
}

// What a run wants, with call ids on it.
void Controller::hand_over(const kube::ObjectKey& job, Run& run, Desk& desk, Effects& effects) {
    for (auto& call : desk.calls) {
        const auto id = ids_.next();
        in_flight_.emplace(id, InFlight{job, run.key().run_id, call.purpose, call.attempt});
        effects.kube.calls.push_back({.id = id, .request = std::move(call.request)});
        ++counts_.calls;
    }
    std::ranges::move(attempt_times(run, desk.writes), std::back_inserter(effects.attempts));
    std::ranges::move(desk.writes, std::back_inserter(effects.writes));
    if (desk.load) effects.loads.push_back(run.key());
    if (desk.merge) effects.merges.push_back(std::move(*desk.merge));
    std::ranges::move(desk.ingest, std::back_inserter(effects.ingest));
    std::ranges::move(desk.log, std::back_inserter(effects.log));
    for (const auto& event : desk.events) {
        recorder_.record({.regarding = {.api_version = std::string(kGroupVersion),
                                        .kind = "ScanJob",
                                        .key = job,
                                        .uid = run.job().uid},
                          .warning = event.warning,
                          .reason = event.reason,
                          .action = "Reconcile",
                          .note = event.note},
                         now_, effects.kube);
    }
    desk = {};
}

void Controller::run_turns(Effects& effects) {
    for (auto& [key, entry] : jobs_) {
        if (entry.wake_at && *entry.wake_at <= now_.wall) mark(key);
    }
    for (const auto& [key, since] : std::exchange(dirty_, {})) {
        const auto found = jobs_.find(key);
        if (found == jobs_.end() || !found->second.run) continue;
        if (found->second.not_before > now_.ticks) {
            dirty_.emplace(key, since);
            continue;
        }
        take_turn(key, found->second, since, effects);
    }
}

void Controller::take_turn(const kube::ObjectKey& key, Entry& entry, base::Ticks since,
                           Effects& effects) {
    ++counts_.turns;
    entry.not_before = now_.ticks + options_.plan_every;
    start_rerun(key, entry, effects);
    hear_of_keys(key, entry);
    Desk desk;
    entry.run->turn(now_.wall, desk);
    tell_of_keys(key, entry);
    entry.wake_at = entry.run->wake_at();
    Turn turn{.queued = now_.ticks - since,
              .failed = std::exchange(entry.failed, false),
              .waits = entry.wake_at.has_value()};
    entry.tally.add(*entry.run, turn);
    effects.turns.push_back(std::move(turn));
    hand_over(key, *entry.run, desk, effects);
    if (entry.run->is_gone()) drop_job(key);
}

// What other runs have of the concurrency keys. As long as it is not known of one of them (a new
// leader is still reading the store), as much as there can be.
void Controller::hear_of_keys(const kube::ObjectKey& key, Entry& entry) {
    if (!has_key_limits(*entry.run)) return;
    std::map<std::string, int> foreign;
    for (const auto& [other, theirs] : jobs_) {
        if (other == key || !theirs.run) continue;
        for (const auto& [name, count] : theirs.live) foreign[name] += count;
        if (!theirs.run->is_to_be_read()) continue;
        for (const auto& limit : entry.run->seen().plan->limits)
            foreign[limit.concurrency_key] += limit.max_in_flight;
    }
    entry.run->set_foreign(std::move(foreign));
}

// A run that waits for a key is planned again when another run gives one back.
void Controller::tell_of_keys(const kube::ObjectKey& key, Entry& entry) {
    auto live =
        has_key_limits(*entry.run) ? entry.run->live_by_key() : std::map<std::string, int>();
    const bool is_read = !entry.run->is_to_be_read();
    const bool changed = live != entry.live || is_read != entry.is_read;
    entry.live = std::move(live);
    entry.is_read = is_read;
    if (!changed) return;
    for (const auto& [other, theirs] : jobs_) {
        if (other == key || !theirs.run || theirs.run->is_finished()) continue;
        if (has_key_limits(*theirs.run)) mark(other);
    }
}

void Controller::start_rerun(const kube::ObjectKey& key, Entry& entry, Effects& effects) {
    if (!entry.run->wants_rerun()) return;
    // Nobody looks after the old run's objects any more.
    Desk desk;
    entry.run->clear_away(desk);
    hand_over(key, *entry.run, desk, effects);
    const auto number = run_number(entry.run->job().uid, entry.run->key().run_id) + 1;
    entry.run = std::make_unique<Run>(options_.run, entry.run->job(), number);
    for (const auto& [name, pod] : strays_) entry.run->take_foreign(pod, false);
    entry.live.clear();
}

std::optional<base::Ticks> Controller::wake_at() const {
    std::optional<base::Ticks> at;
    const auto sooner = [&](std::optional<base::Ticks> other) {
        if (other && (!at || *other < *at)) at = other;
    };
    sooner(jobs_watch_.wake_at());
    sooner(pods_watch_.wake_at());
    sooner(recorder_.wake_at());
    if (elector_) sooner(elector_->wake_at());
    if (!leads_ || !is_ready()) return at;
    for (const auto& [key, since] : dirty_) {
        const auto found = jobs_.find(key);
        if (found != jobs_.end()) sooner(found->second.not_before);
    }
    for (const auto& [key, entry] : jobs_) {
        if (entry.wake_at) sooner(now_.ticks + (*entry.wake_at - now_.wall));
    }
    return at;
}

}  // namespace control
