#include "runner/scanners/synthetic/faults.h"
#include "runner/scanners/synthetic/scanner.h"

#include "base/os/clock.h"
#include "scan/synthetic.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace runner {
namespace {

scan::Job job_with(scan::SyntheticOptions options) {
    scan::Job job;
    job.name = "synthetic";
    job.spec.scanner = std::move(options);
    return job;
}

struct Ran {
    std::vector<scan::Line> lines;
    std::expected<void, Stop> end;
};

Ran run_all(const scan::Job& job, int attempt = 1) {
    Ran ran;
    const auto units = scan::synthetic_units(std::get<scan::SyntheticOptions>(job.spec.scanner));
    const scan::Chunk chunk{.units = units};
    const scan::PlanHead plan;
    const Credentials credentials;
    const base::Redactor redactor(std::string(32, 'k'), {});
    const RunContext context{
        .job = job,
        .chunk = chunk,
        .units = units,
        .plan = plan,
        .credentials = credentials,
        .clock = base::os::system_clock(),
        .redactor = redactor,
        .run_id = "run",
        .attempt = attempt,
        .local_mode = true,
        .stopped = [] { return false; },
        .wait = [](base::Duration) { return true; },
        .get_input = {},
        .emit = [&](scan::Line line) { ran.lines.push_back(std::move(line)); }};
    ran.end = make_synthetic_scanner()->run(context);
    return ran;
}

template <typename T>
std::size_t count(const Ran& ran) {
    return static_cast<std::size_t>(std::ranges::count_if(
        ran.lines, [](const auto& line) { return std::holds_alternative<T>(line); }));
}

TEST(Synthetic, EndsEachUnitOkWithItsFindingsBeforeTheUnitLine) {
    const auto ran = run_all(job_with({.unit_count = 3, .findings_per_unit = 2, .faults = {}}));
    ASSERT_TRUE(ran.end);
    EXPECT_EQ(count<scan::UnitLine>(ran), 3u);
    EXPECT_EQ(count<scan::Finding>(ran), 6u);
    EXPECT_TRUE(std::holds_alternative<scan::Finding>(ran.lines.front()));
    EXPECT_TRUE(std::holds_alternative<scan::UnitLine>(ran.lines.back()));
}

TEST(Synthetic, FindsTheSameEachTime) {
    const auto job = job_with({.unit_count = 5, .findings_per_unit = 3, .faults = {}});
    EXPECT_EQ(run_all(job).lines, run_all(job, 2).lines);
}

TEST(Synthetic, StopsWithTheOrderedExitCode) {
    const auto ran =
        run_all(job_with({.unit_count = 3, .faults = {{"1", scan::FaultAction::Exit69, 0}}}));
    ASSERT_FALSE(ran.end);
    EXPECT_EQ(ran.end.error().code, scan::ExitCode::TargetUnavailable);
    EXPECT_EQ(count<scan::UnitLine>(ran), 1u) << "what came before the fault is kept";
}

TEST(SyntheticFaults, HitTheUnitsAndAttemptsThatTheJobNames) {
    scan::SyntheticOptions options;
    options.faults = {{"2-4", scan::FaultAction::Crash, 1}, {"4", scan::FaultAction::Hang, 0}};
    EXPECT_EQ(fault_for(options, 3, 1), scan::FaultAction::Crash);
    EXPECT_EQ(fault_for(options, 3, 2), std::nullopt);
    EXPECT_EQ(fault_for(options, 4, 1), scan::FaultAction::Crash) << "the first that fits";
    EXPECT_EQ(fault_for(options, 4, 2), scan::FaultAction::Hang);
    EXPECT_EQ(fault_for(options, 5, 1), std::nullopt);
}

}  // namespace
}  // namespace runner
