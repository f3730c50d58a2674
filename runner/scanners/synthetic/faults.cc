#include "runner/scanners/synthetic/faults.h"

#include "base/text.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <vector>

namespace runner {

namespace {

using base::Error;
using base::ErrorKind;
using scan::ExitCode;
using scan::FaultAction;

// Units of an interval string: as many as a Synthetic job may have.
constexpr std::size_t kUnitsMax = 1'000'000;
// Beyond the memory limit that a runner has by default (512 MiB).
constexpr std::size_t kOomBytes = 768u << 20;

// Takes memory until the kernel's limit kills us; without a limit we play the kernel, so that the
// end looks the same.
[[noreturn]] void run_out_of_memory() {
    std::vector<std::vector<char>> blocks;
    for (std::size_t taken = 0; taken < kOomBytes; taken += 16u << 20) {
        blocks.emplace_back(16u << 20, 'x');
    }
    std::raise(SIGKILL);
    std::abort();
}

// Claims a complete stream that ingest never saw.
[[noreturn]] void lie_about_the_digest(const RunContext& context) {
    scan::Commit commit;
    commit.segments = 1;
    commit.bytes = 1;
    commit.sha256 = std::string(64, '0');
    commit.status = scan::StreamStatus::Complete;
    if (context.leave_record) context.leave_record(commit);
    std::_Exit(0);
}

}  // namespace

std::optional<FaultAction> fault_for(const scan::SyntheticOptions& options, std::uint32_t unit,
                                     int attempt) {
    for (const auto& fault : options.faults) {
        if (fault.attempt != 0 && fault.attempt != attempt) continue;
        const auto units = base::parse_intervals(fault.units, kUnitsMax);
        if (units && std::ranges::binary_search(*units, unit)) return fault.action;
    }
    return std::nullopt;
}

Stop play(FaultAction action, const RunContext& context) {
    switch (action) {
    case FaultAction::Exit1: std::_Exit(1);
    case FaultAction::Crash: std::abort();
    case FaultAction::Oom: run_out_of_memory();
    case FaultAction::NoCommit: std::_Exit(0);
    case FaultAction::BadDigest: lie_about_the_digest(context);
    case FaultAction::IgnoreTerm:
        // A stopped process hears nothing but SIGKILL.
        std::raise(SIGSTOP);
        [[fallthrough]];
    case FaultAction::Hang:
        while (context.wait(base::Duration(3'600'000))) {
        }
        return {ExitCode::Internal,
                Error(ErrorKind::Cancelled, "hung on order until it was stopped"),
                {}};
    case FaultAction::Exit69:
        return {ExitCode::TargetUnavailable,
                Error(ErrorKind::Unavailable, "target unavailable, on order"),
                {}};
    case FaultAction::Exit75:
        return {
            ExitCode::Temporary, Error(ErrorKind::Unavailable, "temporary failure, on order"), {}};
    }
    std::abort();
}

}  // namespace runner
