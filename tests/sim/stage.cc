#include "sim/stage.h"

#include "operator/control/scan_job.h"
#include "operator/results/memory.h"

#include <fmt/format.h>

namespace sim {

namespace {
// A run that breaks one invariant breaks it again and again: the first few tell enough.
constexpr std::size_t kViolationsMax = 20;
}  // namespace

Stage::Stage(std::uint64_t seed, ChooseFault choose)
    : chance(seed), store(results::make_memory_store()), choose_(std::move(choose)) {
    server.serve(control::kScanJobs);
    if (auto made = base::os::TempFolder::create("sim"))
        folder = std::make_unique<base::os::TempFolder>(std::move(*made));
}

Fault Stage::meet(PointKind kind, std::string what) {
    points_.push_back({.kind = kind, .number = points_.size() + 1, .what = std::move(what)});
    const auto fault = choose_ ? choose_(points_.back()) : Fault::None;
    if (trace) {
        const auto& point = points_.back();
        tell(fmt::format("#{}", point.number),
             fault == Fault::None ? point.what
                                  : fmt::format("{}  *** {} ***", point.what, to_string(fault)));
    }
    return fault;
}

void Stage::tell(std::string_view who, std::string_view what) {
    if (!trace) return;
    const auto at = agenda.passed().count();
    trace(fmt::format("{:>5}.{:03} {:<10} {}", at / 1'000, at % 1'000, who, what));
}

void Stage::violate(std::string_view invariant, std::string_view what) {
    const auto at = agenda.passed().count();
    auto text = fmt::format("{} at {}.{:03} s: {}", invariant, at / 1'000, at % 1'000, what);
    tell("VIOLATION", text);
    if (violations_.size() < kViolationsMax) violations_.push_back(std::move(text));
}

}  // namespace sim
