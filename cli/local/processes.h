// The Processes seam: the table of runner processes that takes the place of Pods.
#pragma once

#include "base/os/process.h"
#include "base/result.h"
#include "base/time.h"
#include "operator/core/model.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace cli {

struct ProcessEnd {
    core::AttemptId id;
    base::os::ExitStatus status;
};

// One thread only: children die with the thread that started them.
class Processes {
public:
    virtual ~Processes() = default;

    // Starts the runner of one attempt. Fails as ChildProcess::spawn does.
    virtual base::Result<> start(const core::AttemptId& id,
                                 const base::os::SpawnOptions& options) = 0;
    // To the whole process group; nothing happens if it is gone.
    virtual void signal(const core::AttemptId& id, int number) = 0;
    // Waits until a process has ended, one of `wake_fds` is readable, or `timeout` is over; returns
    // the ends since.
    virtual std::vector<ProcessEnd> poll(base::Duration timeout, std::span<const int> wake_fds) = 0;
};

// Real processes. Destruction kills and reaps all that is left.
std::unique_ptr<Processes> make_posix_processes();

// Starts nothing: every start succeeds, and is told to `print`; nothing ever ends. For --dry-run.
using PrintStart = std::function<void(const core::AttemptId&, const base::os::SpawnOptions&)>;
std::unique_ptr<Processes> make_dry_run_processes(PrintStart print);

}  // namespace cli
