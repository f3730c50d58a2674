// From a job to an exit code: what `run`, `scan` and `cancel` share.
#pragma once

#include "cli/commands/commands.h"
#include "cli/local/mounts.h"

namespace cli {

// Where the credentials of a run come from is kept with it (paths, never contents), so that it can
// be resumed.
base::Result<> keep_mounts(const RunFolder& folder, const Mounts& credentials);
base::Result<Mounts> kept_mounts(const RunFolder& folder);

// Drives the run, writes the reports, prints the table. The exit code of the outcome.
base::Result<int> drive_and_report(const scan::Job& job, const RunFolder& folder,
                                   const Mounts& credentials, const RunFlags& flags,
                                   bool cancel_at_once, base::os::SignalWatch& signals);

// The job file, parsed; then what only makes sense here made absolute.
base::Result<scan::Job> read_job_file(const RunFlags& flags, const Mounts& credentials);

}  // namespace cli
