// One million findings: merged, and reported as JSON Lines. Time, and the peak memory of the
// process that does it.
#include "base/os/clock.h"
#include "base/os/file.h"
#include "bench/stream.h"
#include "operator/results/merge_run.h"
#include "operator/results/sqlite.h"
#include "scan/report/report.h"

#include <fmt/format.h>

#include <cstdlib>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::uint64_t kFindings = 1'000'000;
// Every tenth finding is one that another chunk has too.
constexpr std::uint64_t kDistinct = 900'000;
constexpr std::uint32_t kChunks = 8;
constexpr double kSecondsMax = 8;
constexpr double kMebibytesMax = 160;

[[noreturn]] void die(const std::string& why) {
    fmt::print(stderr, "bench_merge: {}\n", why);
    std::exit(1);
}

template <typename T>
T must(base::Result<T> result) {
    if (!result) die(result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// In a process of its own, so that its memory does not count.
void fill(const base::os::Path& file, const results::RunKey& run) {
    auto store = must(results::open_sqlite({.file = file}));
    must(results::write_now(*store, results::OpenRun{.run = run,
                                                     .job_json = bench::job_json(kChunks),
                                                     .created_at = {},
                                                     .redaction_key = std::string(32, 'k')}));
    must(results::write_now(*store, bench::plan(run, kChunks, 1)));
    std::uint64_t number = 0;
    for (std::uint32_t chunk = 0; chunk < kChunks; ++chunk) {
        const results::AttemptKey attempt{.run = run, .chunk = chunk, .attempt = 1};
        const auto unit = bench::unit_id(chunk);
        auto bytes = bench::meta_line(attempt);
        std::uint32_t segment = 1;
        for (std::uint64_t i = 0; i < kFindings / kChunks; ++i) {
            // A step that is prime to the number of findings: neighbours in the stream are far
            // apart when sorted.
            bytes += scan::to_line(bench::finding(number++ * 7'919 % kFindings % kDistinct, unit));
            if (bytes.size() < (1u << 20)) continue;
            must(results::write_now(*store, bench::segment(attempt, segment++, bytes)));
            bytes.clear();
        }
        bytes += scan::to_line(scan::UnitLine{.id = unit, .ms = 1'000, .requests = 10});
        must(results::write_now(*store, bench::segment(attempt, segment, bytes)));
    }
    must(results::write_now(*store, results::CloseRun{.run = run}));
}

double seconds_since(base::Ticks start) {
    return static_cast<double>((base::os::system_clock().ticks() - start).count()) / 1'000.0;
}

// Of this process: what is left of the figure when other programs take their share of the machine.
double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

double peak_mebibytes() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace

int main() {
    const auto folder = must(base::os::TempFolder::create("bench-merge"));
    const auto file = folder.path() / "store.db";
    const auto run = bench::run_key("r1");
    const pid_t child = ::fork();
    if (child == 0) {
        fill(file, run);
        ::_exit(0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) die("the store could not be filled");

    auto store = must(results::open_sqlite({.file = file}));
    const auto start = base::os::system_clock().ticks();
    const auto totals = must(results::merge_run(*store, run, {.folder = folder.path() / "merged"}));
    const double merge_seconds = seconds_since(start);
    const double merge_cpu = cpu_seconds();
    const double merge_peak = peak_mebibytes();

    const auto source = must(results::open_merged(folder.path() / "merged"));
    std::uint64_t bytes = 0;
    const auto reporting = base::os::system_clock().ticks();
    must(scan::report::write(scan::report::Format::JsonLines, source,
                             [&](std::string_view text) -> base::Result<> {
                                 bytes += text.size();
                                 return {};
                             }));
    const double report_seconds = seconds_since(reporting);
    const double seconds = merge_seconds + report_seconds;
    const double peak = peak_mebibytes();
    fmt::print("  {} findings, {} distinct: merge {:.1f} s ({:.1f} s of CPU, {:.0f} MiB), report "
               "of {:.0f} MiB {:.1f} s "
               "({:.1f} s of CPU)\n",
               kFindings, totals.findings.total, merge_seconds, merge_cpu, merge_peak,
               static_cast<double>(bytes) / (1 << 20), report_seconds, cpu_seconds() - merge_cpu);
    fmt::print(
        "  together {:.1f} s of {} s: {:.2f} {}; peak memory {:.0f} MiB of {} MiB: {:.2f} {}\n",
        seconds, kSecondsMax, seconds / kSecondsMax, seconds <= kSecondsMax ? "reached" : "MISSED",
        peak, kMebibytesMax, peak / kMebibytesMax, peak <= kMebibytesMax ? "reached" : "MISSED");
}
