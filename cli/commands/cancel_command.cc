// scanfleet cancel RUN: asks the process that drives the run; a run that nobody drives is closed
// here.
#include "cli/commands/run_job.h"
#include "cli/commands/screen.h"
#include "cli/local/run_report.h"

#include <fmt/core.h>
#include <signal.h>

#include <cerrno>
#include <cstring>

namespace cli {

using base::ErrorKind;
using base::Result;

namespace {

Result<int> cancel(const RunFlags& flags, base::os::SignalWatch& signals) {
    const base::os::Path data = TRY(data_folder(flags.data, variable));
    const RunFolder folder = TRY(find_run(data, flags.resume));
    if (const auto pid = driving_pid(folder)) {
        if (::kill(*pid, SIGINT) != 0) {
            return base::fail(ErrorKind::Forbidden,
                              fmt::format("ask process {}: {}", *pid, std::strerror(errno)));
        }
        print(
            fmt::format("asked process {} to cancel run {}: it keeps what was found and reports\n",
                        *pid, folder.run_id()));
        return kDone;
    }
    const OwnedRun run = TRY(take_run(folder));
    const auto stored = load_run(run.folder);
    if (stored && stored->status.outcome) {
        print(fmt::format("run {} has ended already: {}\n", folder.run_id(),
                          scan::to_string(*stored->status.outcome)));
        return kDone;
    }
    const std::string text = TRY(base::os::read_file(run.folder.job(), 8u << 20));
    const scan::Job job = TRY(scan::parse_job(text, run.folder.job().string()));
    const Mounts credentials = TRY(kept_mounts(run.folder));
    TRY(drive_and_report(job, run.folder, credentials, flags, true, signals));
    return kDone;
}

}  // namespace

int cancel_command(const RunFlags& flags, base::os::SignalWatch& signals) {
    const auto code = cancel(flags, signals);
    return code ? *code : fail_with(code.error());
}

}  // namespace cli
