#include "cli/cluster/follow.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/cluster/scan_list.h"
#include "operator/observe/status_json.h"
#include "scan/outcome.h"

#include <fmt/format.h>

#include <algorithm>

namespace cli::cluster {

using base::Json;

namespace {

constexpr std::size_t kFailuresShown = 5;
constexpr std::size_t kMessageMax = 300;

// A job that nobody has looked at has none.
core::Status status_of(const Json& job) {
    const Json* status = base::find(job, "status");
    if (status == nullptr) return {};
    auto parsed = observe::parse_status(base::dump_json(*status));
    return parsed ? std::move(*parsed) : core::Status{};
}

std::string sentence(const core::FailedChunk& chunk) {
    return printable(fmt::format("chunk {} failed ({}, {} attempts): {}", chunk.index, chunk.reason,
                                 chunk.attempts, base::ellipsize(chunk.message, kMessageMax)));
}

bool is_cancelling(const Json& job) {
    const Json* spec = base::find(job, "spec");
    return spec != nullptr && base::get_bool(*spec, "cancel");
}

std::string progress_of(const core::Status& status) {
    if (status.chunks.total == 0) return {};
    return fmt::format("{}/{} chunks, {}/{} units, {} findings", status.chunks.terminal(),
                       status.chunks.total, status.units.total(), status.units_planned,
                       status.findings.total);
}

}  // namespace

ViewModel model_of(const Json& job, base::Instant now) {
    const auto status = status_of(job);
    ViewModel model{.job = printable(name_of(job)), .run_id = printable(status_text(job, "runID"))};
    model.phase = condition_text(job, "Ready", "reason");
    if (model.phase.empty()) model.phase = "Queued";
    if (status.start_time) model.elapsed = std::max(now - *status.start_time, base::Duration{0});
    model.units_done = status.units.total();
    model.units = status.units_planned;
    model.chunks_done = status.chunks.terminal();
    model.chunks = status.chunks.total;
    model.chunks_waiting = status.chunks.waiting;
    model.findings = {status.findings.critical, status.findings.high, status.findings.medium,
                      status.findings.low, status.findings.info};
    const auto count = std::min(status.failed_chunks.size(), kFailuresShown);
    for (std::size_t i = 0; i < count; ++i)
        model.failures.push_back(sentence(status.failed_chunks[i]));
    model.cancelling = is_cancelling(job);
    return model;
}

std::vector<std::string> Follower::take(const Json& job) {
    const auto status = status_of(job);
    std::vector<std::string> lines;
    const auto message = condition_text(job, "Ready", "message");
    const bool ended = is_finished(job);
    const auto reason = condition_text(job, "Ready", "reason");
    if (reason != reason_ && !ended)
        lines.push_back(message.empty() ? reason : fmt::format("{}: {}", reason, message));
    reason_ = reason;
    for (const auto& chunk : status.failed_chunks)
        if (failed_.insert(chunk.index).second) lines.push_back(sentence(chunk));
    const auto progress = progress_of(status);
    if (progress != progress_ && !progress.empty()) lines.push_back(progress);
    progress_ = progress;
    if (!ended) {
        exit_code_.reset();
        return lines;
    }
    const bool gate_hit = condition_text(job, "Ready", "reason") ==
                          scan::to_string(scan::Reason::FindingsThresholdExceeded);
    exit_code_ = scan::exit_code(status.outcome.value_or(scan::Outcome::Failed), gate_hit);
    const auto outcome = printable(status_text(job, "outcome"));
    lines.push_back(fmt::format("{}, {}", outcome.empty() ? reason : outcome, message));
    return lines;
}

}  // namespace cli::cluster
