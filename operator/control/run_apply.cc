// What a run does for each action of a plan.
#include "base/digest.h"
#include "base/gzip.h"
#include "operator/control/names.h"
#include "operator/control/run.h"
#include "operator/observe/observe.h"
#include "scan/synthetic.h"

#include <utility>

namespace control {

using core::Attempt;
using core::Phase;

namespace {

core::EndFact failed_plan(const base::Error& error, base::Instant at) {
    const auto reason = error.kind() == base::ErrorKind::TooLarge ? scan::Reason::PlanTooLarge
                                                                  : scan::Reason::InvalidSpec;
    return {.end = scan::AttemptEnd::ConfigError,
            .exit_code = 64,
            .reason = reason,
            .message = error.message(),
            .at = at};
}

}  // namespace

void Run::write(results::Write write, Desk& desk) {
    writes_.insert(++last_ticket_);
    desk.writes.push_back({.ticket = {key_, last_ticket_}, .write = std::move(write)});
}

void Run::apply(const core::Action& action, base::Instant now, Desk& desk) {
    struct Visitor {
        Run& run;
        base::Instant now;
        Desk& desk;
        void operator()(const core::StartAttempt& one) const { run.start(one, now, desk); }
        void operator()(const core::StopAttempt& one) const { run.stop(one.id); }
        void operator()(const core::RecordEnd& one) const { run.record(one, desk); }
        void operator()(const core::CloseRun&) const {
            desk.ingest.emplace_back(CloseIngest{run.key_});
            run.write(results::CloseRun{.run = run.key_}, desk);
            run.closing_ = true;
        }
        void operator()(const core::MergeResults& one) const { run.merge(one, desk); }
        void operator()(const core::CleanUp&) const {
            run.seen_.objects_left = false;
            // Pods come last: as long as one is seen, the next operator cleans up too.
            run.after_writes_.push_back({.purpose = Purpose::CleanInput});
        }
    };
    std::visit(Visitor{*this, now, desk}, action);
    // Nothing is waited for: it may go at once.
    if (!writes_.empty()) return;
    for (auto& errand : std::exchange(after_writes_, {})) errands_.push_back(errand);
}

void Run::start(const core::StartAttempt& start, base::Instant now, Desk& desk) {
    if (creations_left_-- <= 0) return wake(now);
    write(results::StartedAttempt{.attempt = key_of(start.id), .at = now, .limit = start.limit},
          desk);
    observe::note_started(seen_, start, now);
    Attempt* attempt = observe::find_attempt(seen_, start.id);
    attempt->phase = Phase::Creating;
    attempt->started_at.reset();
    starting_.push_back(start.id);
    if (start.id.chunk == core::kDiscovery && scan::is_planned_without_discovery(spec_))
        return plan_here(start, now, desk);
    starts_[start.id] = start;
    desk.ingest.emplace_back(ExpectAttempt{key_of(start.id), pod_name(key_, start.id), {}});
    after_writes_.push_back({.purpose = Purpose::Create, .attempt = start.id});
}

void Run::plan_here(const core::StartAttempt& start, base::Instant now, Desk& desk) {
    auto plan = scan::plan_synthetic(spec_);
    if (!plan) {
        observe::note_end(seen_, start.id, failed_plan(plan.error(), now));
        return;
    }
    const std::string lines = scan::plan_to_lines(*plan);
    write(results::PutPlan{.run = key_,
                           .sha256 = base::sha256_hex(lines),
                           .gzip_lines = base::gzip(lines),
                           .plan = std::move(*plan)},
          desk);
    planning_ = start.id;
}

void Run::record(const core::RecordEnd& record, Desk& desk) {
    results::EndedAttempt ended{.attempt = key_of(record.id),
                                .end = record.fact.end,
                                .exit_code = record.fact.exit_code,
                                .charged = record.charged,
                                .reason = {},
                                .message = record.fact.message,
                                .at = record.fact.at};
    if (record.fact.reason) ended.reason = scan::to_string(*record.fact.reason);
    write(std::move(ended), desk);
    recording_.push_back(record);
}

void Run::merge(const core::MergeResults& merge, Desk& desk) {
    MergeOrder order{.run = key_, .baseline_job = spec_.baseline_job_name};
    for (const auto& missing : merge.missing) {
        order.missing.push_back(
            {.chunk = missing.chunk, .status = missing.status, .reason = missing.reason});
    }
    seen_.merge_running = true;
    desk.merge = std::move(order);
}

void Run::end_attempt(const core::AttemptId& id, core::EndFact fact, Desk& desk) {
    desk.ingest.emplace_back(ForgetAttempt{key_of(id)});
    starts_.erase(id);
    observe::note_end(seen_, id, std::move(fact));
}

// A Pod that was not seen yet is deleted as soon as it is; one that was not asked for yet, or whose
// creation is to be tried again, is looked for instead.
void Run::stop(const core::AttemptId& id) {
    const bool is_new = stopping_.insert(id).second;
    observe::note_stopping(seen_, id);
    const auto creates = [&](const Errand& errand) {
        return errand.purpose == Purpose::Create && errand.attempt == id;
    };
    if (std::erase_if(errands_, creates) + std::erase_if(after_writes_, creates) > 0)
        after_writes_.push_back({.purpose = Purpose::Verify, .attempt = id});
    else if (is_new && pods_.contains(id))
        after_writes_.push_back({.purpose = Purpose::Delete, .attempt = id});
}

// It was never created: as if it had not been planned. The same number is planned again.
// Ingest goes on expecting it: whom it is told to forget is over for ever.
void Run::forget_start(const core::AttemptId& id) {
    starts_.erase(id);
    const auto drop = [&](std::vector<Attempt>& attempts) {
        std::erase_if(attempts, [&](const Attempt& one) {
            return one.id == id && one.phase == Phase::Creating && !one.end_recorded;
        });
    };
    const auto index = static_cast<std::size_t>(id.chunk);
    if (id.chunk == core::kDiscovery)
        drop(seen_.discovery);
    else if (index < seen_.chunks.size())
        drop(seen_.chunks[index].attempts);
    // It was told to stop meanwhile: then that is its end.
    const Attempt* left = observe::find_attempt(seen_, id);
    if (left == nullptr || left->phase == Phase::Ended) return;
    observe::note_end(seen_, id,
                      {.end = scan::AttemptEnd::Cancelled, .message = "was never created"});
}

}  // namespace control
