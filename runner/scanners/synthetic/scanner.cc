#include "runner/scanners/synthetic/scanner.h"

#include "base/digest.h"
#include "base/json.h"
#include "runner/scanners/synthetic/faults.h"
#include "scan/rules.h"
#include "scan/synthetic.h"

#include <fmt/format.h>

#include <array>

namespace runner {

namespace {

using scan::Severity;

// Severities as real scans have them: few bad ones.
Severity severity_of(const std::string& unit, int index) {
    static constexpr std::array kDeck = {Severity::Critical, Severity::High,   Severity::High,
                                         Severity::Medium,   Severity::Medium, Severity::Medium,
                                         Severity::Low,      Severity::Low,    Severity::Low,
                                         Severity::Info,     Severity::Info,   Severity::Info};
    const auto digest = base::sha256_raw(fmt::format("{}/{}", unit, index));
    return kDeck[static_cast<unsigned char>(digest[0]) % kDeck.size()];
}

scan::Finding finding_of(const std::string& unit, int index) {
    auto finding =
        scan::make_finding("synthetic.finding", unit,
                           scan::GenericLocation{.uri = "synthetic://" + unit,
                                                 .name = fmt::format("finding {}", index)},
                           fmt::format("Finding {} of unit {}, made on order.", index, unit));
    finding.severity = severity_of(unit, index);
    return finding;
}

std::uint32_t number_of(const scan::Unit& unit) {
    const auto params = base::parse_json(unit.params_json);
    return params ? static_cast<std::uint32_t>(base::get_int(*params, "n")) : 0;
}

class Synthetic final : public Scanner {
public:
    scan::ScannerType type() const override { return scan::ScannerType::Synthetic; }
    std::string_view version() const override { return SF_VERSION; }
    std::string rules_version() const override { return "1"; }
    Requirements requirements(const scan::Job&) const override { return {}; }
    std::expected<Discovery, Stop> discover(const DiscoveryContext& context) override;
    std::expected<void, Stop> run(const RunContext& context) override;

private:
    static void emit_results(const RunContext& context, const scan::Unit& unit,
                             const scan::SyntheticOptions& options);
};

std::expected<Discovery, Stop> Synthetic::discover(const DiscoveryContext& context) {
    const auto& options = std::get<scan::SyntheticOptions>(context.job.spec.scanner);
    auto plan = scan::plan_synthetic(context.job.spec);
    if (!plan) {
        return std::unexpected(
            Stop{scan::ExitCode::Config, std::move(plan).error(), scan::Reason::PlanTooLarge});
    }
    return Discovery{.units = scan::synthetic_units(options), .limits = plan->head.limits};
}

void Synthetic::emit_results(const RunContext& context, const scan::Unit& unit,
                             const scan::SyntheticOptions& options) {
    for (int index = 0; index < options.findings_per_unit; ++index) {
        if (context.stopped()) return;
        context.emit(finding_of(unit.id, index));
    }
    context.emit(scan::Record{
        .unit = unit.id, .kind = "synthetic", .key = unit.id, .data_json = R"({"done":1})"});
    context.emit(scan::UnitLine{.id = unit.id,
                                .status = scan::UnitStatus::Ok,
                                .reason = {},
                                .ms = options.unit_milliseconds,
                                .requests = 0,
                                .bytes = 0,
                                .truth = {{"confirmed", 1}}});
}

std::expected<void, Stop> Synthetic::run(const RunContext& context) {
    const auto& options = std::get<scan::SyntheticOptions>(context.job.spec.scanner);
    for (const auto& unit : context.units) {
        if (context.stopped()) return {};
        if (const auto fault = fault_for(options, number_of(unit), context.attempt)) {
            auto stop = play(*fault, context);
            if (context.stopped()) return {};
            return std::unexpected(std::move(stop));
        }
        if (!context.wait(base::Duration(options.unit_milliseconds))) return {};
        emit_results(context, unit, options);
    }
    return {};
}

}  // namespace

std::unique_ptr<Scanner> make_synthetic_scanner() { return std::make_unique<Synthetic>(); }

}  // namespace runner
