#include "operator/observe/status_json.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/core.h>

#include <utility>

namespace observe {
namespace {

using base::Json;
using core::Status;

template <typename Struct>
struct Field {
    const char* name;
    std::uint64_t Struct::* member;
};

constexpr Field<scan::UnitCounts> kUnits[] = {{"succeeded", &scan::UnitCounts::ok},
                                              {"failed", &scan::UnitCounts::failed},
                                              {"skipped", &scan::UnitCounts::skipped},
                                              {"forbidden", &scan::UnitCounts::forbidden},
                                              {"timedOut", &scan::UnitCounts::timed_out}};
constexpr Field<scan::ChunkCounts> kChunks[] = {
    {"total", &scan::ChunkCounts::total},         {"waiting", &scan::ChunkCounts::waiting},
    {"starting", &scan::ChunkCounts::starting},   {"running", &scan::ChunkCounts::running},
    {"succeeded", &scan::ChunkCounts::succeeded}, {"failed", &scan::ChunkCounts::failed},
    {"timedOut", &scan::ChunkCounts::timed_out},  {"cancelled", &scan::ChunkCounts::cancelled},
    {"skipped", &scan::ChunkCounts::skipped}};
constexpr Field<core::AttemptCounts> kAttempts[] = {
    {"created", &core::AttemptCounts::created},    {"succeeded", &core::AttemptCounts::succeeded},
    {"failed", &core::AttemptCounts::failed},      {"timedOut", &core::AttemptCounts::timed_out},
    {"lost", &core::AttemptCounts::lost},          {"disrupted", &core::AttemptCounts::disrupted},
    {"cancelled", &core::AttemptCounts::cancelled}};
constexpr Field<scan::FindingCounts> kFindings[] = {
    {"total", &scan::FindingCounts::total},
    {"critical", &scan::FindingCounts::critical},
    {"high", &scan::FindingCounts::high},
    {"medium", &scan::FindingCounts::medium},
    {"low", &scan::FindingCounts::low},
    {"info", &scan::FindingCounts::info},
    {"new", &scan::FindingCounts::fresh},
    {"fixed", &scan::FindingCounts::fixed},
    {"suppressed", &scan::FindingCounts::suppressed}};

template <typename Struct, std::size_t N>
Json counts_to_json(const Struct& counts, const Field<Struct> (&fields)[N]) {
    Json json = Json::object();
    for (const auto& field : fields) json[field.name] = counts.*field.member;
    return json;
}

template <typename Struct, std::size_t N>
Struct counts_from(const Json& parent, const char* name, const Field<Struct> (&fields)[N]) {
    Struct counts;
    const Json* json = base::find(parent, name);
    if (json == nullptr) return counts;
    for (const auto& field : fields) {
        counts.*field.member =
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, base::get_int(*json, field.name)));
    }
    return counts;
}

constexpr std::pair<const char*, std::optional<base::Instant> Status::*> kTimes[] = {
    {"startTime", &Status::start_time},
    {"deadlineTime", &Status::deadline_time},
    {"completionTime", &Status::completion_time},
    {"suspendedSince", &Status::suspended_since}};

std::string_view truth_word(core::Truth truth) {
    switch (truth) {
    case core::Truth::True: return "True";
    case core::Truth::False: return "False";
    case core::Truth::Unknown: return "Unknown";
    }
    return "Unknown";
}

core::Truth truth_from(std::string_view word) {
    if (word == "True") return core::Truth::True;
    return word == "False" ? core::Truth::False : core::Truth::Unknown;
}

Json lists_to_json(const Status& status) {
    Json failed = Json::array();
    for (const auto& chunk : status.failed_chunks) {
        failed.push_back({{"index", chunk.index},
                          {"reason", chunk.reason},
                          {"message", chunk.message},
                          {"attempts", chunk.attempts}});
    }
    Json conditions = Json::array();
    for (const auto& condition : status.conditions) {
        conditions.push_back({{"type", condition.type},
                              {"status", truth_word(condition.status)},
                              {"reason", scan::to_string(condition.reason)},
                              {"message", condition.message}});
    }
    return {{"failedChunks", std::move(failed)}, {"conditions", std::move(conditions)}};
}

void read_lists(const Json& json, Status& status) {
    if (const Json* failed = base::find(json, "failedChunks");
        failed != nullptr && failed->is_array()) {
        for (const Json& one : *failed) {
            status.failed_chunks.push_back(
                {.index = static_cast<std::uint32_t>(base::get_int(one, "index")),
                 .reason = base::get_string(one, "reason"),
                 .message = base::get_string(one, "message"),
                 .attempts = static_cast<int>(base::get_int(one, "attempts"))});
        }
    }
    if (const Json* conditions = base::find(json, "conditions");
        conditions != nullptr && conditions->is_array()) {
        for (const Json& one : *conditions) {
            status.conditions.push_back(
                {.type = base::get_string(one, "type"),
                 .status = truth_from(base::get_string(one, "status")),
                 .reason = scan::reason_from(base::get_string(one, "reason"))
                               .value_or(scan::Reason::Queued),
                 .message = base::get_string(one, "message")});
        }
    }
}

}  // namespace

std::string status_to_json(const Status& status) {
    Json json = lists_to_json(status);
    for (const auto& [name, member] : kTimes) {
        if (status.*member) json[name] = base::format_instant(*(status.*member));
    }
    if (status.outcome) json["outcome"] = scan::to_string(*status.outcome);
    json["progress"] = fmt::format("{}/{}", status.chunks.terminal(), status.chunks.total);
    json["gateHit"] = status.gate_hit;
    json["coveragePercent"] = status.coverage_percent;
    json["units"] = counts_to_json(status.units, kUnits);
    json["units"]["total"] = status.units_planned;
    json["chunks"] = counts_to_json(status.chunks, kChunks);
    json["attempts"] = counts_to_json(status.attempts, kAttempts);
    json["findings"] = counts_to_json(status.findings, kFindings);
    json["records"] = {{"total", status.records}};
    json["succeededChunks"] = base::format_intervals(status.succeeded_chunks);
    json["failedChunksTruncated"] = status.failed_chunks_truncated;
    return base::dump_json(json);
}

base::Result<Status> parse_status(std::string_view text) {
    const Json json = TRY(base::with_context(base::parse_json(text), "read the stored status"));
    if (!json.is_object())
        return base::fail(base::ErrorKind::Invalid, "the stored status is no object");
    Status status;
    for (const auto& [name, member] : kTimes) {
        const std::string time = base::get_string(json, name);
        if (!time.empty()) status.*member = TRY(base::parse_instant(time));
    }
    status.outcome = scan::outcome_from(base::get_string(json, "outcome"));
    status.gate_hit = base::get_bool(json, "gateHit");
    status.coverage_percent = static_cast<int>(base::get_int(json, "coveragePercent"));
    status.units = counts_from(json, "units", kUnits);
    if (const Json* units = base::find(json, "units")) {
        status.units_planned = static_cast<std::uint64_t>(base::get_int(*units, "total"));
    }
    status.chunks = counts_from(json, "chunks", kChunks);
    status.attempts = counts_from(json, "attempts", kAttempts);
    status.findings = counts_from(json, "findings", kFindings);
    if (const Json* records = base::find(json, "records")) {
        status.records = static_cast<std::uint64_t>(base::get_int(*records, "total"));
    }
    constexpr std::size_t kChunksMax = 10'000;  // chunks.maxCount
    status.succeeded_chunks =
        TRY(base::parse_intervals(base::get_string(json, "succeededChunks"), kChunksMax));
    status.failed_chunks_truncated = base::get_bool(json, "failedChunksTruncated");
    read_lists(json, status);
    return status;
}

}  // namespace observe
