#include "operator/app/merge_job.h"

#include "base/json.h"
#include "base/text.h"
#include "operator/results/merge_run.h"
#include "scan/finding.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace app {
namespace {

using base::Result;

// What status shows; the report has them all.
constexpr std::size_t kTopFindings = 50;
constexpr std::size_t kTitleMax = 200;

std::optional<std::vector<std::string>> fingerprints(const base::os::Path& folder) {
    const auto source = results::open_merged(folder);
    if (!source) return std::nullopt;
    std::vector<std::string> ids;
    const auto read = source->each_finding([&](const scan::MergedFinding& merged) -> Result<> {
        ids.push_back(merged.finding.id);
        return {};
    });
    if (!read) return std::nullopt;
    std::ranges::sort(ids);
    return ids;
}

// The latest merged run of that job, this run apart.
std::optional<std::vector<std::string>> baseline(results::ResultStore& store,
                                                 const base::os::Path& data,
                                                 const control::MergeOrder& order) {
    auto runs = store.list();
    if (!runs) return std::nullopt;
    std::ranges::sort(*runs, std::ranges::greater{}, &results::RunSummary::created_at);
    for (const auto& summary : *runs) {
        const bool fits = summary.merged && summary.run != order.run &&
                          summary.run.namespace_ == order.run.namespace_ &&
                          summary.run.job == order.baseline_job;
        if (!fits) continue;
        if (auto ids = fingerprints(merged_folder(data, summary.run))) return ids;
    }
    return std::nullopt;
}

Result<std::string> top_findings(const base::os::Path& folder) {
    const auto page = TRY(results::findings_page(folder, 0, kTopFindings));
    base::Json out = base::Json::array();
    for (const auto& merged : page) {
        const auto& finding = merged.finding;
        out.push_back({{"fingerprint", finding.id},
                       {"ruleID", finding.rule_id},
                       {"severity", scan::to_string(finding.severity)},
                       {"title", base::ellipsize(finding.title, kTitleMax)},
                       {"location", base::ellipsize(scan::describe(finding.location), kTitleMax)}});
    }
    return base::dump_json(out);
}

}  // namespace

base::os::Path merged_folder(const base::os::Path& data, const results::RunKey& run) {
    return data / "runs" / run.namespace_ / run.job / run.run_id / "merged";
}

Result<control::MergeFacts> merge_job(results::ResultStore& store, const base::os::Path& data,
                                      const control::MergeOrder& order) {
    results::MergeOptions options{.folder = merged_folder(data, order.run),
                                  .missing = order.missing};
    control::MergeFacts facts;
    std::optional<std::vector<std::string>> known;
    if (!order.baseline_job.empty()) {
        known = baseline(store, data, order);
        facts.baseline_missing = !known.has_value();
        if (known) options.baseline = &*known;
    }
    TRY(base::os::make_folders(options.folder));
    facts.totals = TRY(results::merge_run(store, order.run, options));
    facts.top_findings_json = TRY(top_findings(options.folder));
    facts.top_findings_truncated = facts.totals.findings.total > kTopFindings;
    return facts;
}

}  // namespace app
