#include "operator/rest/pages.h"

#include "base/json.h"
#include "base/text.h"
#include "operator/results/line_file.h"
#include "operator/results/merge_run.h"
#include "operator/results/merged_folder.h"
#include "scan/merge.h"
#include "scan/stream.h"

#include <fmt/format.h>

#include <algorithm>

namespace rest {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

// A batch of findings in memory; each may have some KiB.
constexpr std::size_t kBatch = 256;
// Lines that one request looks at: some 100 ms. A filter that leaves little then gives short pages.
constexpr std::uint64_t kLookedAtMax = 20'000;

bool fits(const scan::MergedFinding& merged, const FindingFilter& filter) {
    const auto has = [](const auto& list, const auto& value) {
        return list.empty() || std::ranges::find(list, value) != list.end();
    };
    return has(filter.severities, merged.finding.severity) &&
           has(filter.rules, merged.finding.rule_id) &&
           (!filter.state || *filter.state == merged.state);
}

// Findings are sorted by severity: beyond the least wanted there is nothing more.
bool is_beyond(const scan::MergedFinding& merged, const FindingFilter& filter) {
    return !filter.severities.empty() &&
           merged.finding.severity > *std::ranges::max_element(filter.severities);
}

template <typename Word, typename From>
Result<std::vector<Word>> words_of(const Query& query, std::string_view name, From from) {
    std::vector<Word> words;
    for (const auto& text : query.list(name)) {
        const auto word = from(text);
        if (!word) {
            return fail(
                ErrorKind::Invalid,
                fmt::format("'{}' is no {}", base::ellipsize(base::to_utf8(text), 40), name));
        }
        words.push_back(*word);
    }
    return words;
}

// The line before ends right here.
Result<> check_line_start(const base::os::Path& file, std::uint64_t offset) {
    if (offset == 0) return {};
    auto reader = TRY(results::LineReader::open(file, offset - 1));
    const auto rest = TRY(reader.next());
    if (rest && rest->empty()) return {};
    return fail(ErrorKind::Invalid, "'continue' must be what the page before gave");
}

}  // namespace

Result<FindingFilter> finding_filter(const Query& query) {
    FindingFilter filter;
    filter.severities = TRY(words_of<scan::Severity>(query, "severity", scan::severity_from));
    filter.rules = query.list("rule");
    const auto state = query.get("state");
    if (state == "new") filter.state = scan::FindingState::New;
    if (state == "unchanged") filter.state = scan::FindingState::Unchanged;
    // Fixed ones are counted only: they are not there.
    if (!state.empty() && !filter.state)
        return fail(ErrorKind::Invalid, "state must be new or unchanged");
    return filter;
}

Result<Page> page_of_findings(const base::os::Path& merged, std::uint64_t first, std::size_t count,
                              const FindingFilter& filter) {
    Page page;
    const auto last = first + kLookedAtMax;
    // Of what is not filtered the one after the page is enough to know that there is more.
    const bool takes_all = filter.severities.empty() && filter.rules.empty() && !filter.state;
    for (auto number = first; number < last;) {
        const auto size = takes_all ? std::min(kBatch, count - page.items.size() + 1) : kBatch;
        const auto batch = TRY(results::findings_page(merged, number, size));
        page.next.reset();
        for (const auto& finding : batch) {
            if (is_beyond(finding, filter)) return page;
            if (page.items.size() == count) {
                page.next = number;
                return page;
            }
            ++number;
            if (fits(finding, filter)) page.items.push_back(scan::merged_to_json(finding));
        }
        if (batch.size() < size) return page;
        page.next = number;
    }
    return page;
}

Result<std::vector<scan::UnitStatus>> unit_filter(const Query& query) {
    return words_of<scan::UnitStatus>(query, "status", scan::unit_status_from);
}

Result<Page> page_of_units(const base::os::Path& merged, std::uint64_t first, std::size_t count,
                           const std::vector<scan::UnitStatus>& statuses) {
    const auto file = merged / results::kUnitsFile;
    TRY(check_line_start(file, first));
    auto reader = TRY(results::LineReader::open(file, first));
    scan::LineParser parser;
    Page page;
    auto offset = first;
    for (std::uint64_t looked_at = 0;; ++looked_at) {
        const auto line = TRY(reader.next());
        if (!line) return page;
        if (page.items.size() == count || looked_at == kLookedAtMax) {
            page.next = offset;
            return page;
        }
        offset += line->size() + 1;
        const auto parsed = parser.parse(*line);
        const auto* unit = parsed ? std::get_if<scan::UnitLine>(&*parsed) : nullptr;
        if (unit == nullptr) return fail(ErrorKind::Internal, "the merged units are damaged");
        if (statuses.empty() || std::ranges::find(statuses, unit->status) != statuses.end())
            page.items.emplace_back(*line);
    }
}

std::string page_json(const Page& page, const std::string& run_id) {
    const auto next =
        page.next ? to_text({.position = *page.next, .run_id = run_id}) : std::string();
    return fmt::format(R"({{"items":[{}],"runID":{},"continue":{}}})", base::join(page.items, ","),
                       base::dump_json(base::Json(run_id)), base::dump_json(base::Json(next)));
}

}  // namespace rest
