#include "scan/synthetic.h"

#include "scan/packing.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan {
namespace {

// Changes when the planned units or their findings would.
constexpr std::string_view kRulesVersion = "1";

std::string key_of(const SyntheticOptions& options, std::int64_t number) {
    if (options.concurrency_keys == 0) return {};
    return fmt::format("synthetic:{}", number % options.concurrency_keys);
}

std::vector<KeyLimit> limits_of(const SyntheticOptions& options) {
    std::vector<KeyLimit> limits;
    if (options.max_in_flight_per_key == 0) return limits;
    const auto count = std::min<std::int64_t>(options.concurrency_keys, options.unit_count);
    for (std::int64_t i = 0; i < count; ++i) {
        limits.push_back({.concurrency_key = key_of(options, i),
                          .max_in_flight = options.max_in_flight_per_key});
    }
    return limits;
}

}  // namespace

std::vector<Unit> synthetic_units(const SyntheticOptions& options) {
    std::vector<Unit> units;
    units.reserve(static_cast<std::size_t>(options.unit_count));
    for (std::int64_t i = 0; i < options.unit_count; ++i) {
        auto& unit = units.emplace_back();
        unit.id = fmt::format("unit-{}", i);
        unit.weight_millis = std::max<std::int64_t>(options.unit_milliseconds, 1);
        unit.concurrency_key = key_of(options, i);
        unit.params_json = fmt::format(R"({{"n":{}}})", i);
    }
    return units;
}

base::Result<PlanDocument> plan_synthetic(const JobSpec& spec) {
    const auto* options = std::get_if<SyntheticOptions>(&spec.scanner);
    if (!options) {
        return base::fail(base::ErrorKind::Invalid,
                          "only a Synthetic job is planned without discovery");
    }
    auto packing = packing_options(spec);
    packing.limits = limits_of(*options);
    PlanDocument plan;
    plan.chunks = TRY(pack(synthetic_units(*options), packing));
    plan.head.scanner = ScannerType::Synthetic;
    plan.head.rules_version = std::string(kRulesVersion);
    plan.head.limits = packing.limits;
    plan.head.chunk_count = static_cast<std::uint32_t>(plan.chunks.size());
    plan.head.unit_count = static_cast<std::uint64_t>(options->unit_count);
    return plan;
}

bool is_planned_without_discovery(const JobSpec& spec) {
    // The bound of the contract: more units are planned where they cannot hold up others.
    constexpr std::int64_t kUnitsMax = 10'000;
    const auto* synthetic = std::get_if<SyntheticOptions>(&spec.scanner);
    return synthetic != nullptr && synthetic->unit_count <= kUnitsMax;
}

}  // namespace scan
