#include "scan/outcome.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace scan {
namespace {

std::string counted(std::uint64_t n, std::string_view noun) {
    return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

// "41 of 48 units scanned (85 %); 3 failed, 4 timed out".
std::string progress_sentence(const Facts& facts) {
    const auto& units = facts.units;
    auto text =
        fmt::format("{} of {} scanned ({} %)", units.ok, counted(facts.units_planned, "unit"),
                    coverage_percent(units.ok, facts.units_planned));
    std::string_view separator = "; ";
    const auto add = [&](std::uint64_t n, std::string_view what) {
        if (n == 0) return;
        text += fmt::format("{}{} {}", separator, n, what);
        separator = ", ";
    };
    add(units.failed, "failed");
    add(units.timed_out, "timed out");
    add(units.forbidden, "forbidden");
    add(units.skipped, "skipped");
    return text;
}

// What the policy misses, empty if it holds.
std::string policy_gap(const Facts& facts, const SuccessPolicy& policy) {
    if (facts.units.ok == 0) return "no unit was scanned to its end";
    const int coverage = coverage_percent(facts.units.ok, facts.units_planned);
    if (coverage < policy.min_coverage_percent) {
        return fmt::format("successPolicy wants {} % coverage", policy.min_coverage_percent);
    }
    switch (policy.type) {
    case SuccessPolicyType::MinCoverage: return "";
    case SuccessPolicyType::AnyChunk:
        return facts.chunks.succeeded > 0 ? "" : "successPolicy wants one chunk that succeeded";
    case SuccessPolicyType::AllChunks: break;
    }
    if (facts.chunks.succeeded == facts.chunks.total) return "";
    return fmt::format("successPolicy wants all {} to succeed, {} did",
                       counted(facts.chunks.total, "chunk"), facts.chunks.succeeded);
}

Verdict verdict_on_empty_plan(const Facts& facts) {
    if (facts.deadline_hit) {
        return {Outcome::TimedOut, Reason::DeadlineExceeded,
                "the deadline passed before there was anything to scan"};
    }
    if (facts.empty_is_fine) {
        return {Outcome::Succeeded, Reason::Completed,
                "there was nothing to scan, which is fine for this scanner"};
    }
    return {Outcome::Failed, Reason::NoUnits,
            "discovery found nothing to scan: check the target and the include filters"};
}

}  // namespace

int coverage_percent(std::uint64_t ok, std::uint64_t planned) {
    if (planned == 0) return 0;
    if (ok >= planned) return 100;
    return static_cast<int>(ok * 100 / planned);
}

Verdict decide_outcome(const Facts& facts, const SuccessPolicy& policy) {
    const bool all_ok = facts.units_planned > 0 && facts.units.ok >= facts.units_planned;
    const auto told = progress_sentence(facts);
    if (all_ok) return {Outcome::Succeeded, Reason::Completed, told};
    if (facts.cancelled) return {Outcome::Cancelled, Reason::Cancelled, "cancelled; " + told};
    if (facts.units_planned == 0) return verdict_on_empty_plan(facts);
    const auto gap = policy_gap(facts, policy);
    if (gap.empty()) return {Outcome::PartiallySucceeded, Reason::PartiallyCompleted, told};
    if (facts.deadline_hit) {
        return {Outcome::TimedOut, Reason::DeadlineExceeded,
                fmt::format("the deadline passed: {}; {}", told, gap)};
    }
    return {Outcome::Failed, Reason::ChunksFailed, fmt::format("{}; {}", told, gap)};
}

bool gate_hit(const std::optional<FailOn>& fail_on, const FindingCounts& counts) {
    if (!fail_on) return false;
    const auto& gated = fail_on->state == GateState::New ? counts.gated_new : counts.gated;
    std::uint64_t hits = 0;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(fail_on->severity); ++i) hits += gated[i];
    return hits >= static_cast<std::uint64_t>(fail_on->count);
}

int exit_code(Outcome outcome, bool gate_hit) {
    switch (outcome) {
    case Outcome::Succeeded:
    case Outcome::PartiallySucceeded: return gate_hit ? 2 : 0;
    case Outcome::Failed:
    case Outcome::Cancelled: return 3;
    case Outcome::TimedOut: return 4;
    }
    return 1;
}

}  // namespace scan
