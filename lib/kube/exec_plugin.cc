#include "kube/exec_plugin.h"

#include "base/os/file.h"
#include "base/os/file_descriptor.h"
#include "base/os/process.h"
#include "base/redact.h"
#include "base/text.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using base::os::ChildProcess;
using base::os::Path;

constexpr std::size_t kOutputBytesMax = 1u << 20;
// Of what the plug-in wrote to stderr.
constexpr std::size_t kReasonBytesMax = 300;
// Kernels without pidfd_open: how often the child is looked at.
constexpr int kLookEveryMs = 20;

bool is_program(const Path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

Result<std::string> find_program(const ExecRun& run) {
    const auto& command = run.plugin.command;
    if (command.contains('/') && is_program(command)) return command;
    if (!command.contains('/')) {
        for (const auto folder : base::split(value_in(run.environment, "PATH"), ':')) {
            const auto path = Path(folder) / command;
            if (!folder.empty() && is_program(path)) return path.string();
        }
    }
    const auto hint = base::trim(run.plugin.install_hint);
    return fail(ErrorKind::NotFound,
                fmt::format("the credential plug-in {} is not installed{}{}{}", command,
                            command.contains('/') ? "" : " (or not in PATH)",
                            hint.empty() ? "" : ": ", base::to_utf8(base::ellipsize(hint, 2'000))));
}

std::vector<std::pair<std::string, std::string>> child_environment(const ExecRun& run) {
    auto all = run.environment;
    for (const auto& [name, value] : run.plugin.env) all[name] = value;
    all["KUBERNETES_EXEC_INFO"] = run.info;
    return {all.begin(), all.end()};
}

// nullopt: it did not end in time.
std::optional<base::os::ExitStatus> wait_for(ChildProcess& child, const ExecRun& run) {
    const base::os::FileDescriptor ended(
        static_cast<int>(::syscall(SYS_pidfd_open, child.pid(), 0)));
    const auto deadline = run.clock.ticks() + run.timeout;
    for (;;) {
        if (const auto status = child.poll()) return status;
        const auto left = (deadline - run.clock.ticks()).count();
        if (left <= 0) return std::nullopt;
        pollfd wait{.fd = ended.get(), .events = POLLIN, .revents = 0};
        ::poll(&wait, 1, ended.exists() ? static_cast<int>(left) : kLookEveryMs);
    }
}

std::string last_line(const Path& file) {
    const auto text = base::os::read_file(file, kOutputBytesMax);
    if (!text) return {};
    const auto all = base::trim(*text);
    const auto line = base::trim(all.substr(all.rfind('\n') + 1));
    return base::scrub(base::to_utf8(base::ellipsize(line, kReasonBytesMax)));
}

}  // namespace

Result<ExecCredential> run_exec_plugin(const ExecRun& run) {
    TRY(check_plugin(run.plugin));
    const auto& command = run.plugin.command;
    // A private folder in memory or on disk, for as long as the plug-in runs: what it prints is
    // secret.
    const auto folder = TRY(base::os::TempFolder::create("scanfleet-login"));
    base::os::SpawnOptions options{.argv = {},
                                   .env = child_environment(run),
                                   .stdout_file = folder.path() / "stdout",
                                   .stderr_file = folder.path() / "stderr"};
    const auto program = TRY(find_program(run));
    options.argv = {program};
    options.argv.insert(options.argv.end(), run.plugin.args.begin(), run.plugin.args.end());
    auto child = TRY(ChildProcess::spawn(options));
    const auto status = wait_for(child, run);
    if (!status) {
        return fail(ErrorKind::TimedOut,
                    fmt::format("the credential plug-in {} did not end within {}: run it by hand "
                                "to see what it waits for",
                                command, base::format_duration(run.timeout)));
    }
    if (status->code != 0) {
        const auto reason = last_line(options.stderr_file);
        return fail(ErrorKind::Forbidden,
                    fmt::format("the credential plug-in {} ended with exit code {}{}{}", command,
                                status->code, reason.empty() ? "" : ": ", reason));
    }
    const auto text = TRY(base::os::read_file(options.stdout_file, kOutputBytesMax));
    return parse_exec_credential(text, run.plugin);
}

}  // namespace kube
