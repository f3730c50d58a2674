#include "operator/control/names.h"

#include "base/digest.h"
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace control {
namespace {

constexpr std::size_t kUidLength = 36;
constexpr std::int64_t kChunksMax = 10'000;  // chunks.maxCount
constexpr std::int64_t kAttemptsMax = 100;   // far beyond 1 + backoffLimit + free ends
constexpr std::int64_t kRunsMax = 1'000'000'000;
constexpr std::string_view kDiscoveryLabel = "discovery";

std::optional<std::int64_t> number_in(std::string_view text, std::int64_t least,
                                      std::int64_t most) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end || value < least || value > most)
        return std::nullopt;
    return value;
}

std::string run5(const results::RunKey& run) { return base::sha256_hex(run.run_id).substr(0, 5); }

}  // namespace

std::string pod_name(const results::RunKey& run, const core::AttemptId& id) {
    return fmt::format("{}-{}-{}", run.job, run5(run), core::to_string(id));
}

std::string input_name(const results::RunKey& run) {
    return fmt::format("{}-{}-in", run.job, run5(run));
}

std::string chunk_label(const core::AttemptId& id) {
    return id.chunk == core::kDiscovery ? std::string(kDiscoveryLabel) : fmt::to_string(id.chunk);
}

std::optional<core::AttemptId> attempt_from_labels(std::string_view chunk,
                                                   std::string_view attempt) {
    core::AttemptId id;
    if (chunk != kDiscoveryLabel) {
        const auto index = number_in(chunk, 0, kChunksMax);
        if (!index) return std::nullopt;
        id.chunk = *index;
    }
    const auto number = number_in(attempt, 1, kAttemptsMax);
    if (!number) return std::nullopt;
    id.attempt = static_cast<int>(*number);
    return id;
}

std::string run_id(std::string_view job_uid, std::int64_t number) {
    if (number <= 1) return std::string(job_uid);
    return fmt::format("{}-{}", job_uid, number);
}

std::int64_t run_number(std::string_view job_uid, std::string_view run_id) {
    if (run_id == job_uid) return 1;
    if (!run_id.starts_with(job_uid) || run_id.size() < job_uid.size() + 2) return 0;
    if (run_id[job_uid.size()] != '-') return 0;
    return number_in(run_id.substr(job_uid.size() + 1), 2, kRunsMax).value_or(0);
}

std::string trace_id(std::string_view run_id) {
    std::string hex(run_id);
    std::erase(hex, '-');
    const bool is_uid =
        run_id.size() == kUidLength && hex.size() == 32 && std::ranges::all_of(hex, [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        });
    return is_uid ? hex : base::sha256_hex(run_id).substr(0, 32);
}

}  // namespace control
