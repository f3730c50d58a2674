// What the driver does for each action of a plan.
#include "base/digest.h"
#include "base/gzip.h"
#include "base/log.h"
#include "cli/local/baseline.h"
#include "cli/local/driver.h"
#include "scan/synthetic.h"

#include <fmt/core.h>
#include <signal.h>

namespace cli {

using base::ErrorKind;
using base::Result;

namespace {

// A runner that cannot be started for a lack of processes or handles may start later; a missing one
// never will.
core::EndFact failed_start(const base::Error& error, base::Instant at) {
    const bool later = error.kind() == ErrorKind::Unavailable;
    return {.end = later ? scan::AttemptEnd::ExitCode : scan::AttemptEnd::ConfigError,
            .exit_code = later ? 75 : 70,
            .message = "the runner could not be started: " + error.message(),
            .at = at};
}

core::EndFact failed_plan(const base::Error& error, base::Instant at) {
    const auto reason = error.kind() == ErrorKind::TooLarge ? scan::Reason::PlanTooLarge
                                                            : scan::Reason::InvalidSpec;
    return {.end = scan::AttemptEnd::ConfigError,
            .exit_code = 64,
            .reason = reason,
            .message = error.message(),
            .at = at};
}

}  // namespace

Result<> Driver::write(results::Write write) {
    return results::write_now(world_.store, std::move(write));
}

Result<> Driver::apply(const core::Action& action) {
    struct Visitor {
        Driver& driver;
        Result<> operator()(const core::StartAttempt& one) const { return driver.start(one); }
        Result<> operator()(const core::StopAttempt& one) const { return driver.stop(one); }
        Result<> operator()(const core::RecordEnd& one) const { return driver.record(one); }
        Result<> operator()(const core::CloseRun&) const { return driver.close(); }
        Result<> operator()(const core::MergeResults& one) const { return driver.merge(one); }
        // Nothing is left for later: the loop ends with the final status, and secrets went with
        // their attempts.
        Result<> operator()(const core::CleanUp&) const { return {}; }
    };
    return std::visit(Visitor{*this}, action);
}

Result<> Driver::start(const core::StartAttempt& start) {
    TRY(write(
        results::StartedAttempt{.attempt = key_of(start.id), .at = now(), .limit = start.limit}));
    observe::note_started(seen_, start, now());
    if (start.id.chunk == core::kDiscovery && scan::is_planned_without_discovery(spec_)) return plan_here(start);
    return launch(start);
}

Result<> Driver::plan_here(const core::StartAttempt& start) {
    auto plan = scan::plan_synthetic(spec_);
    if (!plan) {
        observe::note_end(seen_, start.id, failed_plan(plan.error(), now()));
        return {};
    }
    const std::string lines = scan::plan_to_lines(*plan);
    results::PutPlan put{.run = options_.run,
                         .sha256 = base::sha256_hex(lines),
                         .gzip_lines = base::gzip(lines),
                         .plan = std::move(*plan)};
    TRY(write(std::move(put)));
    TRY(reload_plan());
    observe::note_end(seen_, start.id,
                      core::EndFact{.end = scan::AttemptEnd::Committed, .at = now()});
    return {};
}

Result<> Driver::launch(const core::StartAttempt& start) {
    const std::string token = world_.new_token();
    auto spawn = prepare_attempt(options_.folder, options_.job, options_.run, start,
                                 options_.credentials, options_.setup, token);
    world_.ingest.expect(key_of(start.id), token);
    const Result<> started =
        spawn ? world_.processes.start(start.id, *spawn) : Result<>(std::unexpected(spawn.error()));
    if (!started) {
        end_attempt(start.id, failed_start(started.error(), now()));
        return {};
    }
    tell({.kind = RunEvent::Kind::AttemptStarted,
          .sentence = fmt::format("{} started", core::to_string(start.id)),
          .attempt = start.id});
    return {};
}

Result<> Driver::stop(const core::StopAttempt& stop) {
    observe::note_stopping(seen_, stop.id);
    world_.processes.signal(stop.id, SIGTERM);
    kill_at_.try_emplace(stop.id, now() + options_.kill_grace);
    return {};
}

Result<> Driver::record(const core::RecordEnd& record) {
    results::EndedAttempt ended{.attempt = key_of(record.id),
                                .end = record.fact.end,
                                .exit_code = record.fact.exit_code,
                                .charged = record.charged,
                                .reason = {},
                                .message = record.fact.message,
                                .at = record.fact.at};
    if (record.fact.reason) ended.reason = scan::to_string(*record.fact.reason);
    TRY(write(std::move(ended)));
    observe::note_recorded(seen_, record);
    const std::string_view end = scan::to_string(record.fact.end);
    const bool well = record.fact.end == scan::AttemptEnd::Committed;
    tell({.kind = RunEvent::Kind::AttemptEnded,
          .sentence = fmt::format("{} ended: {}{}{}", core::to_string(record.id), end,
                                  well ? "" : ": ", well ? "" : record.fact.message),
          .attempt = record.id,
          .word = std::string(end),
          .charged = record.charged});
    return {};
}

Result<> Driver::close() {
    world_.ingest.close_run(options_.run);
    TRY(write(results::CloseRun{.run = options_.run}));
    seen_.run_closed = true;
    return {};
}

Result<> Driver::merge(const core::MergeResults& merge) {
    results::MergeOptions options{.folder = options_.folder.merged()};
    for (const auto& missing : merge.missing) {
        options.missing.push_back(
            {.chunk = missing.chunk, .status = missing.status, .reason = missing.reason});
    }
    auto baseline = find_baseline();
    seen_.merge_running = true;
    tell({.kind = RunEvent::Kind::Merging, .sentence = "merging the results"});
    merging_ =
        std::jthread([options = std::move(options), baseline = std::move(baseline),
                      run = options_.run, &store = world_.store, &inbox = world_.inbox]() mutable {
            if (baseline) options.baseline = &*baseline;
            inbox.post(MergeDone{results::merge_run(store, run, options)});
        });
    return {};
}

std::optional<std::vector<std::string>> Driver::find_baseline() {
    if (spec_.baseline_job_name.empty()) return std::nullopt;
    auto baseline = baseline_fingerprints(options_.folder, spec_.baseline_job_name);
    if (!baseline) seen_.degraded.push_back(scan::Reason::BaselineMissing);
    return baseline;
}

}  // namespace cli
