// Child processes in groups of their own, always reaped.
#pragma once

#include "base/os/file.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace base::os {

struct SpawnOptions {
    std::vector<std::string> argv;                            // argv[0] is the program's path
    std::vector<std::pair<std::string, std::string>> env{};   // the child's whole environment
    Path folder{};                                            // working folder; empty = ours
    Path stdout_file{};                                       // empty = /dev/null; appended to
    Path stderr_file{};
};

struct ExitStatus {
    int code = 0;    // exit code, or 128 + signal
    int signal = 0;  // 0 = exited by itself
    bool operator==(const ExitStatus&) const = default;
};

// One running child and its process group. The child dies with us, also when we are killed −9
// (PR_SET_PDEATHSIG: it fires when the *thread* that spawned it ends, so spawn on a thread that lives as long as
// the child should). Destruction kills the group and reaps the child; so does its own end, seen by poll or wait:
// what it left behind in its group is killed then. Use on one thread.
class ChildProcess {
public:
    // NotFound, Forbidden: the program, the folder or an output file. Unavailable: no more processes or handles.
    static Result<ChildProcess> spawn(const SpawnOptions& options);
    ~ChildProcess();
    ChildProcess(ChildProcess&&) noexcept;
    ChildProcess& operator=(ChildProcess&&) noexcept;

    int pid() const { return pid_; }
    // To the whole group. Success if it is already gone.
    Result<> signal(int number);
    // The end, once there is one; never blocks.
    std::optional<ExitStatus> poll();
    // Blocks until the end.
    ExitStatus wait();

private:
    explicit ChildProcess(int pid);
    int pid_ = -1;
    std::optional<ExitStatus> status_;
};

}  // namespace base::os
