#include "operator/rest/scans.h"

#include "base/json.h"
#include "base/time.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace rest {

using base::Json;
using results::RunSummary;

namespace {

bool is_newer(const RunSummary& a, const RunSummary& b) {
    return std::tie(b.created_at, b.run) < std::tie(a.created_at, a.run);
}

Json status_of(const RunSummary& summary) {
    auto status = base::parse_json(summary.status_json);
    return status && status->is_object() ? std::move(*status) : Json::object();
}

// A row of a list holds what a table shows.
Json row_of(const RunSummary& summary) {
    Json status = status_of(summary);
    for (const auto* list : {"failedChunks", "succeededChunks", "conditions", "topFindings"})
        status.erase(list);
    return {{"namespace", summary.run.namespace_},
            {"name", summary.run.job},
            {"runID", summary.run.run_id},
            {"createdAt", base::format_instant(summary.created_at)},
            {"merged", summary.merged},
            {"status", std::move(status)}};
}

// Names hold no slash.
std::string place_of(const RunSummary& summary) {
    return base::format_instant(summary.created_at) + "/" + summary.run.namespace_ + "/" +
           summary.run.job + "/" + summary.run.run_id;
}

base::Result<RunSummary> parse_place(std::string_view text) {
    RunSummary place;
    std::string* const parts[] = {&place.run.namespace_, &place.run.job, &place.run.run_id};
    auto slash = text.find('/');
    const auto at = base::parse_instant(text.substr(0, slash));
    for (auto* part : parts) {
        if (slash == std::string_view::npos) break;
        text.remove_prefix(slash + 1);
        slash = text.find('/');
        *part = text.substr(0, slash);
    }
    if (!at || place.run.run_id.empty()) {
        return base::fail(base::ErrorKind::Invalid, "'continue' must be what the page before gave");
    }
    place.created_at = *at;
    return place;
}

std::string outcome_of(const RunSummary& summary) {
    return base::get_string(status_of(summary), "outcome", "None");
}

}  // namespace

base::Result<std::string> scans_json(std::vector<RunSummary> all, const ScanFilter& filter) {
    std::optional<RunSummary> from;
    if (!filter.from.empty()) from = TRY(parse_place(filter.from));
    std::ranges::sort(all, is_newer);
    std::set<std::pair<std::string, std::string>> seen;
    Json items = Json::array();
    std::string next;
    for (const auto& summary : all) {
        const bool is_latest = seen.emplace(summary.run.namespace_, summary.run.job).second;
        if (!is_latest || (from && is_newer(summary, *from))) continue;
        if (!filter.namespace_.empty() && summary.run.namespace_ != filter.namespace_) continue;
        if (!filter.outcome.empty() && outcome_of(summary) != filter.outcome) continue;
        if (items.size() == filter.limit) {
            next = place_of(summary);
            break;
        }
        items.push_back(row_of(summary));
    }
    return base::dump_json({{"items", std::move(items)}, {"continue", next}});
}

std::string scan_json(const reports::StoredRun& run, const std::vector<RunSummary>& all) {
    const auto& summary = run.state.summary;
    Json runs = Json::array();
    for (const auto& one : all) {
        runs.push_back({{"runID", one.run.run_id},
                        {"createdAt", base::format_instant(one.created_at)},
                        {"outcome", outcome_of(one)},
                        {"merged", one.merged}});
    }
    return base::dump_json({{"namespace", summary.run.namespace_},
                            {"name", summary.run.job},
                            {"runID", summary.run.run_id},
                            {"createdAt", base::format_instant(summary.created_at)},
                            {"merged", summary.merged},
                            {"scanner", scan::to_string(run.job.spec.scanner_type())},
                            {"target", reports::target_of(run.job.spec)},
                            {"status", status_of(summary)},
                            {"runs", std::move(runs)}});
}

}  // namespace rest
