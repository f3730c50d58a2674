// One run with everything around it: store, ingest behind its gate, processes, driver.
#pragma once

#include "base/os/signals.h"
#include "cli/local/driver.h"

namespace cli {

struct SessionOptions {
    scan::Job job;
    RunFolder folder;  // locked by the caller
    Mounts credentials{};
    std::string redaction_key{};
    base::os::Path runner{};
    std::vector<std::pair<std::string, std::string>> environment{};
    std::optional<int> parallelism{};  // instead of the job's
    base::Duration retry_base{5'000};
    bool stop_after_plan = false;
    bool dry_run = false;         // print what would be started, start nothing
    bool cancel_at_once = false;  // of a dead run: close it, keep what there is
};

// Drives the run to its end, or to what the options ask for. Call on the thread that lives longest
// (children die with it). Cancelled: asked to stop twice, and all children are dead.
base::Result<core::Status> drive_run(const SessionOptions& options, base::os::SignalWatch& signals,
                                     Watcher watcher);

// scanfleet-runner beside our own program. NotFound: says where it was looked for.
base::Result<base::os::Path> find_runner();

results::RunKey run_key(const scan::Job& job, const RunFolder& folder);

}  // namespace cli
