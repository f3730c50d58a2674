// Speed of the pure parts that see every line and every unit: reading stream lines, packing,
// reading plans.
#include "base/text.h"
#include "scan/packing.h"
#include "scan/rules.h"
#include "scan/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

// Processor seconds that `work` takes, all of it on one thread; the best of three.
template <typename Work>
double seconds_of(Work work) {
    double best = 1e9;
    for (int round = 0; round < 3; ++round) {
        const auto start = std::clock();
        work();
        best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
}

void require(bool fact, std::string_view what) {
    if (fact) return;
    fmt::print("bench_scan: {} failed\n", what);
    std::exit(1);
}

// About 300 bytes, as most lines of a real stream.
std::string finding_line(int i) {
    scan::Finding finding;
    finding.id = fmt::format("{:032x}", i);
    finding.unit = fmt::format("GET /items/{}", i % 100);
    finding.rule_id = "api.headers";
    finding.title = "Header is missing";
    finding.message = "X-Content-Type-Options is missing";
    finding.location = scan::OperationLocation{
        .server = "0 shop", .method = "GET", .path_template = fmt::format("/items/{}", i % 100)};
    return scan::to_line(finding);
}

std::string unit_line(int i) {
    return scan::to_line(scan::UnitLine{.id = fmt::format("GET /items/{}", i),
                                        .ms = 120,
                                        .requests = 7,
                                        .bytes = 4096,
                                        .truth = {{"checksRun", 5}, {"reached2xx", 1}}});
}

void bench_lines(std::string_view name, std::string (*line)(int)) {
    std::string text;
    std::uint64_t count = 0;
    while (text.size() < 3'900'000) text += line(static_cast<int>(count++));
    scan::LineParser parser;
    const auto seconds =
        seconds_of([&] { require(scan::inspect_segment(parser, text, 1).has_value(), name); });
    fmt::print(
        "  {} of {} bytes: {:.2f} M lines/s, {}/s\n", name, text.size() / count,
        static_cast<double>(count) / seconds / 1e6,
        base::format_bytes(static_cast<std::uint64_t>(static_cast<double>(text.size()) / seconds)));
}

std::vector<scan::Unit> many_units() {
    std::vector<scan::Unit> units;
    for (std::uint64_t i = 0; i < scan::kPlanUnitsMax; ++i) {
        units.push_back({.id = fmt::format("u{:07}", i * 7919 % scan::kPlanUnitsMax),
                         .weight_millis = static_cast<std::int64_t>(i * 31 % 977 + 1),
                         .affinity = i % 3 == 0 ? fmt::format("g{}", i % 50'000) : ""});
    }
    return units;
}

void bench_plan() {
    const auto units = many_units();
    scan::PlanDocument plan;
    const auto packing = seconds_of([&] { plan.chunks = scan::pack(units, {}).value(); });
    plan.head.chunk_count = static_cast<std::uint32_t>(plan.chunks.size());
    plan.head.unit_count = units.size();
    std::string text;
    const auto writing = seconds_of([&] { text = scan::plan_to_lines(plan); });
    const auto reading =
        seconds_of([&] { require(scan::parse_plan(text).has_value(), "reading a plan"); });
    fmt::print("  {} units: packed in {:.2f} s, written in {:.2f} s ({}), read in {:.2f} s\n",
               units.size(), packing, writing, base::format_bytes(text.size()), reading);
}

}  // namespace

int main() {
    bench_lines("findings", finding_line);
    bench_lines("units", unit_line);
    bench_plan();
    return 0;
}
