#include "operator/control/status_patch.h"

#include "base/json.h"
#include "base/text.h"
#include "operator/control/names.h"
#include "operator/observe/status_json.h"

#include <fmt/format.h>

#include <algorithm>

namespace control {
namespace {

using base::Json;

// What a shortened status still says: enough to know where to look.
constexpr std::size_t kMessageShort = 120;
constexpr std::size_t kHistoryMax = 3;
constexpr std::size_t kIntervalsMax = 16u << 10;

Json parsed(std::string_view text, Json otherwise) {
    auto json = base::parse_json(text);
    return json ? std::move(*json) : std::move(otherwise);
}

void stamp_conditions(Json& status, const StatusExtras& extras, const JobStatus& before,
                      base::Instant now) {
    Json& conditions = status["conditions"];
    for (Json& one : conditions) {
        const auto found = before.since.find(base::get_string(one, "type"));
        const bool same =
            found != before.since.end() && found->second.status == base::get_string(one, "status");
        one["lastTransitionTime"] = base::format_instant(same ? found->second.at : now);
        one["observedGeneration"] = extras.generation;
    }
}

// The clock that stopped at suspension: the condition's time is its only home in the cluster.
void stamp_suspension(Json& status, const core::Status& facts) {
    if (!facts.suspended_since) return;
    for (Json& one : status["conditions"]) {
        if (base::get_string(one, "type") == "Suspended" &&
            base::get_string(one, "status") == "True")
            one["lastTransitionTime"] = base::format_instant(*facts.suspended_since);
    }
}

void add_timings(Json& status, const core::Status& facts, const StatusExtras& extras) {
    if (!facts.start_time || !facts.completion_time) return;
    const auto wall = *facts.completion_time - *facts.start_time;
    Json timings = {{"wallSeconds", wall.count() / 1'000}};
    if (extras.sequential_estimate) {
        timings["sequentialEstimateSeconds"] = extras.sequential_estimate->count() / 1'000;
        timings["speedupPercent"] =
            extras.sequential_estimate->count() * 100 / std::max<std::int64_t>(wall.count(), 1);
    }
    status["timings"] = std::move(timings);
}

void add_extras(Json& status, const core::Status& facts, const StatusExtras& extras) {
    status["observedGeneration"] = extras.generation;
    status["runID"] = extras.run_id;
    status["rerun"] = extras.rerun;
    if (!extras.plan_sha256.empty()) {
        status["plan"] = {{"sha256", extras.plan_sha256},
                          {"chunks", facts.chunks.total},
                          {"units", facts.units_planned}};
    }
    Json top = parsed(extras.top_findings_json, Json::array());
    if (!top.empty()) status["topFindings"] = std::move(top);
    if (extras.top_findings_truncated) status["topFindingsTruncated"] = true;
    Json history = parsed(extras.history_json, Json::array());
    if (!history.empty()) status["history"] = std::move(history);
    const std::string trace = trace_id(extras.run_id);
    status["trace"] = {{"traceID", trace}};
    if (facts.completion_time)
        status["results"] = {{"available", facts.chunks.total > 0 || facts.units_planned > 0}};
    add_timings(status, facts, extras);
}

// What only local mode keeps in its status.
void drop_internals(Json& status) {
    status.erase("gateHit");
    status.erase("suspendedSince");
    if (status["failedChunks"].empty()) status.erase("failedChunks");
    if (!base::get_bool(status, "failedChunksTruncated")) status.erase("failedChunksTruncated");
    if (base::get_string(status, "succeededChunks").empty()) status.erase("succeededChunks");
}

std::size_t size_of(const Json& status) { return base::dump_json(status).size(); }

void shorten_messages(Json& list) {
    for (Json& one : list) {
        const auto message = base::get_string(one, "message");
        if (message.size() > kMessageShort)
            one["message"] = base::ellipsize(message, kMessageShort);
    }
}

// Cuts at a comma, so that what stands there is a list of intervals.
void shorten_intervals(Json& status, std::size_t size) {
    auto text = base::get_string(status, "succeededChunks");
    if (text.size() <= size) return;
    const auto comma = text.rfind(',', size);
    text.resize(comma == std::string::npos ? 0 : comma);
    status["succeededChunks"] = text;
    status["succeededChunksTruncated"] = true;
}

void fit(Json& status) {
    shorten_intervals(status, kIntervalsMax);
    while (size_of(status) > kStatusBytesMax && status.contains("topFindings") &&
           !status["topFindings"].empty()) {
        auto& top = status["topFindings"];
        top.erase(top.begin() + static_cast<std::ptrdiff_t>(top.size() / 2), top.end());
        status["topFindingsTruncated"] = true;
    }
    if (size_of(status) <= kStatusBytesMax) return;
    if (status.contains("failedChunks")) shorten_messages(status["failedChunks"]);
    shorten_messages(status["conditions"]);
    if (size_of(status) > kStatusBytesMax) shorten_intervals(status, 0);
}

}  // namespace

std::string status_json(const core::Status& facts, const StatusExtras& extras,
                        const JobStatus& before, base::Instant now) {
    Json status = parsed(observe::status_to_json(facts), Json::object());
    drop_internals(status);
    add_extras(status, facts, extras);
    stamp_conditions(status, extras, before, now);
    stamp_suspension(status, facts);
    fit(status);
    return base::dump_json(status);
}

std::string history_of(const JobStatus& status) {
    const Json json = parsed(status.json, Json::object());
    const Json* history = base::find(json, "history");
    return history == nullptr ? "[]" : base::dump_json(*history);
}

std::string history_after(const JobStatus& status) {
    Json history = parsed(history_of(status), Json::array());
    if (!status.facts.outcome || !history.is_array()) return base::dump_json(history);
    const auto& facts = status.facts;
    Json summary = {{"runID", status.run_id},
                    {"outcome", scan::to_string(*facts.outcome)},
                    {"findings", facts.findings.total},
                    {"coveragePercent", facts.coverage_percent}};
    if (facts.completion_time)
        summary["completionTime"] = base::format_instant(*facts.completion_time);
    history.insert(history.begin(), std::move(summary));
    if (history.size() > kHistoryMax)
        history.erase(history.begin() + static_cast<std::ptrdiff_t>(kHistoryMax), history.end());
    return base::dump_json(history);
}

std::string status_after_edit(std::string_view status_json, std::int64_t generation,
                              base::Instant now) {
    Json status = parsed(status_json, Json::object());
    status["observedGeneration"] = generation;
    Json& conditions = status["conditions"];
    bool said = false;
    for (Json& one : conditions) {
        one["observedGeneration"] = generation;
        said = said || base::get_string(one, "type") == "SpecDrift";
    }
    if (!said) {
        conditions.push_back({{"type", "SpecDrift"},
                              {"status", "True"},
                              {"reason", scan::to_string(scan::Reason::SpecChanged)},
                              {"message", "the spec was edited after the end: nothing happens "
                                          "until spec.rerun gets a new value"},
                              {"lastTransitionTime", base::format_instant(now)},
                              {"observedGeneration", generation}});
    }
    return base::dump_json(status);
}

std::optional<std::string> status_patch(std::string_view from_json, std::string_view to_json,
                                        std::string_view resource_version) {
    const Json from = parsed(from_json, Json::object());
    const Json to = parsed(to_json, Json::object());
    Json changes = Json::object();
    for (const auto& [name, value] : to.items()) {
        if (!from.contains(name) || from[name] != value) changes[name] = value;
    }
    for (const auto& [name, value] : from.items()) {
        if (!to.contains(name)) changes[name] = nullptr;
    }
    if (changes.empty()) return std::nullopt;
    return base::dump_json(
        {{"metadata", {{"resourceVersion", resource_version}}}, {"status", std::move(changes)}});
}

}  // namespace control
