#include "base/os/process.h"

#include "base/os/file_descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace base::os {
namespace {

// Which step of the child failed, and with which errno: what it sends us through the pipe.
enum class Step : int { ParentGone, Group, Signals, Folder, Files, Exec };
struct StartFailure {
    Step step = Step::Exec;
    int error_number = 0;
};

// Everything the child needs, made before fork: between fork and exec only async-signal-safe calls
// are allowed, as other threads may hold the allocator's locks.
struct Prepared {
    std::vector<char*> argv;
    std::vector<std::string> env_texts;
    std::vector<char*> env;
    const char* folder = nullptr;
    FileDescriptor in;
    FileDescriptor out;
    FileDescriptor err;
    FileDescriptor report;  // written to by the child; closed by a successful exec
    pid_t parent = 0;
};

char* unconst(const std::string& text) { return const_cast<char*>(text.c_str()); }  // execve's type

// Above 2, so that moving it to 0, 1 or 2 in the child cannot overwrite another of ours.
Result<FileDescriptor> above_standard(FileDescriptor file) {
    if (file.get() > 2) return file;
    FileDescriptor moved(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3));
    if (!moved.exists()) return std::unexpected(os_error("duplicate", "a descriptor", errno));
    return moved;
}

Result<FileDescriptor> open_output(const Path& path) {
    const Path target = path.empty() ? Path("/dev/null") : path;
    auto file = TRY(open_file(target, O_WRONLY | O_CREAT | O_APPEND, 0600));
    return above_standard(std::move(file));
}

[[noreturn]] void report_and_leave(int report, Step step, int error_number) {
    const StartFailure failure{step, error_number};
    // If the pipe fails as well the parent reads its end, and sees exit code 127.
    [[maybe_unused]] const ssize_t written = ::write(report, &failure, sizeof failure);
    ::_exit(127);
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number) {
        // Fails for SIGKILL, SIGSTOP and those of the C library, which cannot be changed anyway.
        ::signal(number, SIG_DFL);
    }
}

// Every descriptor above 2 closes at exec, also those that a foreign library opened without
// O_CLOEXEC.
void close_others_at_exec() {
    constexpr unsigned kFirst = 3;
    if (::close_range(kFirst, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    // Kernels before 5.11 and some sandboxes: as many as a default limit allows.
    for (int fd = 3; fd < 1024; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void run_child(const Prepared& prepared) {
    const int report = prepared.report.get();
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) report_and_leave(report, Step::Group, errno);
    // The parent may have died before prctl; then nobody would ever kill us.
    if (::getppid() != prepared.parent) report_and_leave(report, Step::ParentGone, 0);
    if (::setpgid(0, 0) != 0) report_and_leave(report, Step::Group, errno);
    reset_signals();
    sigset_t none;
    sigemptyset(&none);
    if (::sigprocmask(SIG_SETMASK, &none, nullptr) != 0) {
        report_and_leave(report, Step::Signals, errno);
    }
    if (prepared.folder != nullptr && ::chdir(prepared.folder) != 0) {
        report_and_leave(report, Step::Folder, errno);
    }
    const std::array sources{prepared.in.get(), prepared.out.get(), prepared.err.get()};
    for (int target = 0; target < 3; ++target) {
        if (::dup2(sources[static_cast<std::size_t>(target)], target) < 0) {
            report_and_leave(report, Step::Files, errno);
        }
    }
    close_others_at_exec();
    ::execve(prepared.argv[0], prepared.argv.data(), prepared.env.data());
    report_and_leave(report, Step::Exec, errno);
}

Result<Prepared> prepare(const SpawnOptions& options) {
    if (options.argv.empty() || options.argv[0].empty()) {
        return fail(ErrorKind::Invalid, "a program to start needs a path");
    }
    Prepared prepared;
    for (const auto& argument : options.argv) prepared.argv.push_back(unconst(argument));
    prepared.argv.push_back(nullptr);
    for (const auto& [name, value] : options.env) prepared.env_texts.push_back(name + "=" + value);
    for (const auto& text : prepared.env_texts) prepared.env.push_back(unconst(text));
    prepared.env.push_back(nullptr);
    if (!options.folder.empty()) prepared.folder = options.folder.c_str();
    auto nothing = TRY(open_file("/dev/null", O_RDONLY));
    prepared.in = TRY(above_standard(std::move(nothing)));
    prepared.out = TRY(open_output(options.stdout_file));
    prepared.err = TRY(open_output(options.stderr_file));
    prepared.parent = ::getpid();
    return prepared;
}

// Forks with all signals blocked: a handler of ours must not run in the child before its signals
// are reset.
pid_t fork_child(const Prepared& prepared) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) run_child(prepared);
    const int error_number = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error_number;
    return pid;
}

ExitStatus to_exit_status(int status) {
    if (WIFSIGNALED(status)) return {.code = 128 + WTERMSIG(status), .signal = WTERMSIG(status)};
    return {.code = WEXITSTATUS(status), .signal = 0};
}

ExitStatus reap(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
        // Somebody set SIGCHLD to be ignored: the end is certain, its code is lost.
        if (errno != EINTR) return {.code = 255, .signal = 0};
    }
    return to_exit_status(status);
}

Error to_error(const StartFailure& failure, const SpawnOptions& options) {
    const Path program = options.argv[0];
    switch (failure.step) {
    case Step::ParentGone: return Error(ErrorKind::Cancelled, "the parent of a new process ended");
    case Step::Group: return os_error("make a process group for", program, failure.error_number);
    case Step::Signals: return os_error("reset the signals of", program, failure.error_number);
    case Step::Folder: return os_error("change to", options.folder, failure.error_number);
    case Step::Files: return os_error("connect the output of", program, failure.error_number);
    case Step::Exec: return os_error("start", program, failure.error_number);
    }
    std::unreachable();
}

// What the child reports; nothing once exec has closed its end of the pipe.
std::optional<StartFailure> read_report(const FileDescriptor& pipe) {
    StartFailure failure;
    for (;;) {
        const ssize_t got = ::read(pipe.get(), &failure, sizeof failure);
        if (got < 0 && errno == EINTR) continue;
        if (got == static_cast<ssize_t>(sizeof failure)) return failure;
        return std::nullopt;
    }
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const SpawnOptions& options) {
    auto prepared = TRY(prepare(options));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return std::unexpected(os_error("open", "a pipe", errno));
    }
    const FileDescriptor report(ends[0]);
    prepared.report = TRY(above_standard(FileDescriptor(ends[1])));
    const pid_t pid = fork_child(prepared);
    if (pid < 0) return std::unexpected(os_error("start", options.argv[0], errno));
    // In both processes, so that the group is there whoever runs first; too late here means the
    // child did it.
    ::setpgid(pid, pid);
    prepared.report.close();
    const auto failure = read_report(report);
    if (!failure) return ChildProcess(pid);
    reap(pid);
    return std::unexpected(to_error(*failure, options));
}

ChildProcess::ChildProcess(int pid) : pid_(pid) {}

ChildProcess::~ChildProcess() {
    if (pid_ < 0 || status_) return;
    ::kill(-pid_, SIGKILL);
    reap(pid_);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    return *this;
}

Result<> ChildProcess::signal(int number) {
    // Once reaped, the number may belong to somebody else.
    if (status_ || ::kill(-pid_, number) == 0 || errno == ESRCH) return {};
    return std::unexpected(os_error("signal", fmt::format("process {}", pid_), errno));
}

std::optional<ExitStatus> ChildProcess::poll() {
    if (status_) return status_;
    siginfo_t info{};
    const int looked = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    const bool is_running = looked == 0 && info.si_pid == 0;
    if (is_running) return std::nullopt;
    return wait();
}

ExitStatus ChildProcess::wait() {
    if (status_) return *status_;
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR) {
    }
    // What the child left behind in its group goes before the zombie does: until then nobody else
    // can get the number.
    ::kill(-pid_, SIGKILL);
    status_ = reap(pid_);
    return *status_;
}

}  // namespace base::os
