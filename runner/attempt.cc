#include "runner/attempt.h"

#include "base/log.h"

#include <fmt/format.h>

#include <cstdlib>

namespace runner {

using base::Error;
using base::ErrorKind;

Deadlines deadlines_of(base::Ticks start, base::Duration limit) {
    const auto reserve = scan::flush_reserve(limit);
    return {.stop = start + limit - reserve, .grace = reserve / 2, .limit = start + limit};
}

namespace {

Stop config_stop(Error error, scan::Reason reason = scan::Reason::InvalidSpec) {
    return Stop{scan::ExitCode::Config, std::move(error), reason};
}

}  // namespace

std::expected<Inputs, Stop> read_inputs(const Environment& environment,
                                        const FindScanner& find_scanner) {
    auto job = read_job(environment);
    if (!job) return std::unexpected(config_stop(std::move(job).error()));
    auto credentials = read_credentials(environment);
    if (!credentials) return std::unexpected(config_stop(std::move(credentials).error()));
    auto* scanner = find_scanner(job->spec.scanner_type());
    if (scanner == nullptr) {
        return std::unexpected(config_stop(
            Error(ErrorKind::Invalid,
                  fmt::format("this runner has no scanner '{}': the job needs another runner image",
                              scan::to_string(job->spec.scanner_type())))));
    }
    if (scanner->requirements(*job).browser) {
        return std::unexpected(
            config_stop(Error(ErrorKind::Invalid, "this runner has no browser")));
    }
    return Inputs{std::move(*job), std::move(*credentials), scanner};
}

std::function<bool()> told_to_stop(base::os::SignalWatch& signals) {
    return [&signals] {
        signals.drain();
        return signals.terminations() + signals.interrupts() > 0;
    };
}

Stop stop_of(Error error) {
    auto code = scan::ExitCode::Internal;
    if (error.kind() == ErrorKind::Unavailable || error.kind() == ErrorKind::TimedOut)
        code = scan::ExitCode::Temporary;
    if (error.kind() == ErrorKind::Cancelled) code = scan::ExitCode::Terminated;
    return Stop{code, std::move(error), {}};
}

void leave_record(const Environment& environment, const scan::Commit& commit) {
    const auto written =
        base::os::write_in_place(environment.termination_log, scan::commit_to_json(commit));
    if (!written)
        base::log::warn("the commit record could not be written",
                        {{"error", written.error().message()}});
}

int leave_early(const Environment& environment, const Stop& stop) {
    base::log::error(stop.error.message(), {{"exit", static_cast<int>(stop.code)}});
    scan::Commit commit;
    commit.status = scan::StreamStatus::Failed;
    commit.reason = stop.reason ? std::string(scan::to_string(*stop.reason)) : std::string();
    commit.message = stop.error.message();
    leave_record(environment, commit);
    return static_cast<int>(stop.code);
}

void leave(int code) { std::_Exit(code); }

}  // namespace runner
