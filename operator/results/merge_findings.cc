#include "operator/results/merge_findings.h"

#include "operator/results/line_scan.h"
#include "operator/results/merged_folder.h"
#include "operator/results/packed_number.h"
#include "scan/stream.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

// Both sorts are alive for a while. Their blocks double as they grow, so 20 MiB take up to 32 MiB
// each: together with read buffers and the store that is some 90 MiB.
constexpr std::size_t kSortMemory = 20u << 20;

constexpr std::uint32_t kDerived = 0;  // chunks are packed as index + 1

// Steps through the sorted baseline beside the findings, which come sorted too.
class BaselineWalk {
public:
    explicit BaselineWalk(const std::vector<std::string>* baseline) : baseline_(baseline) {}

    scan::FindingState state_of(std::string_view id) {
        if (baseline_ == nullptr) return scan::FindingState::New;
        while (next_ < baseline_->size() && (*baseline_)[next_] < id) ++next_, ++gone_;
        if (next_ == baseline_->size() || (*baseline_)[next_] != id) return scan::FindingState::New;
        ++next_;
        return scan::FindingState::Unchanged;
    }

    // Those that did not come by.
    std::uint64_t gone() const {
        return baseline_ == nullptr ? 0 : gone_ + baseline_->size() - next_;
    }

private:
    const std::vector<std::string>* baseline_;
    std::size_t next_ = 0;
    std::uint64_t gone_ = 0;
};

void count_severity(scan::FindingCounts& counts, scan::Severity severity) {
    switch (severity) {
    case scan::Severity::Critical: ++counts.critical; return;
    case scan::Severity::High: ++counts.high; return;
    case scan::Severity::Medium: ++counts.medium; return;
    case scan::Severity::Low: ++counts.low; return;
    case scan::Severity::Info: ++counts.info; return;
    }
}

// What counting needs of a finding.
struct Counted {
    scan::Severity severity;
    scan::Category category;
    bool suppressed;
    scan::FindingState state;
};

void count(scan::FindingCounts& counts, const Counted& finding) {
    const bool fresh = finding.state == scan::FindingState::New;
    ++counts.total;
    count_severity(counts, finding.severity);
    if (fresh) ++counts.fresh;
    if (finding.suppressed) {
        ++counts.suppressed;
        return;
    }
    if (finding.category != scan::Category::Security && finding.category != scan::Category::Privacy)
        return;
    const auto index = static_cast<std::size_t>(finding.severity);
    ++counts.gated[index];
    if (fresh) ++counts.gated_new[index];
}

// Collects the occurrences of one fingerprint after the other and hands rows on, keyed by report
// order.
class FindingFolder {
public:
    FindingFolder(const std::vector<std::string>* baseline, base::os::ExternalSort& rows)
        : baseline_(baseline), rows_(rows) {}

    Result<> take(std::string_view id, std::string_view value) {
        if (id != id_) {
            TRY(finish());
            id_ = id;
        }
        const auto chunk = unpack_number(value);
        const auto line = value.substr(kPackedNumber);
        if (!has_raw_ && !merged_) {
            has_raw_ = true;
            raw_chunk_ = chunk;
            raw_ = line;
            return {};
        }
        // The same line from another attempt of the chunk adds nothing.
        if (has_raw_ && chunk == raw_chunk_ && line == raw_) return {};
        return fold_in(chunk, line);
    }

    // Of the group so far.
    Result<> finish() {
        if (merged_) return finish_folded();
        if (has_raw_) return finish_single();
        return {};
    }

    scan::FindingCounts counts() const {
        auto counts = counts_;
        counts.fixed = baseline_.gone();
        return counts;
    }

private:
    Result<scan::Finding> parse(std::string_view text) {
        auto line = TRY(parser_.parse(text));
        auto* finding = std::get_if<scan::Finding>(&line);
        if (finding == nullptr) return fail(ErrorKind::Internal, "a stored line changed its type");
        return std::move(*finding);
    }

    Result<scan::MergedFinding> occurrence(std::uint32_t chunk, std::string_view line) {
        auto finding = TRY(parse(line));
        auto merged = scan::first_of(std::move(finding), chunk == kDerived ? 0 : chunk - 1);
        if (chunk == kDerived) merged.chunks.clear();
        return merged;
    }

    Result<> fold_in(std::uint32_t chunk, std::string_view line) {
        if (!merged_) {
            merged_ = TRY(occurrence(raw_chunk_, raw_));
            has_raw_ = false;
        }
        auto other = TRY(occurrence(chunk, line));
        scan::fold(*merged_, std::move(other));
        return {};
    }

    Result<> finish_folded() {
        merged_->state = baseline_.state_of(id_);
        const auto& finding = merged_->finding;
        count(counts_, {.severity = finding.severity,
                        .category = finding.category,
                        .suppressed = finding.suppressed.has_value(),
                        .state = merged_->state});
        row_ = folded_row(*merged_);
        const auto key = scan::report_order_key(finding);
        merged_.reset();
        return rows_.add(key, row_);
    }

    Result<> finish_single() {
        has_raw_ = false;
        const auto keys = TRY(scanner_.finding_keys(raw_));
        const auto state = baseline_.state_of(id_);
        count(counts_, {.severity = keys.severity,
                        .category = keys.category,
                        .suppressed = keys.suppressed,
                        .state = state});
        row_.clear();
        append_single_row(
            row_,
            {.state = state, .chunk = static_cast<std::int64_t>(raw_chunk_) - 1, .line = raw_});
        return rows_.add(keys.order, row_);
    }

    BaselineWalk baseline_;
    base::os::ExternalSort& rows_;
    scan::FindingCounts counts_;
    scan::LineParser parser_;
    LineScan scanner_;

    std::string id_;
    bool has_raw_ = false;  // one occurrence so far
    std::uint32_t raw_chunk_ = 0;
    std::string raw_;
    std::optional<scan::MergedFinding> merged_;  // more than one
    std::string row_;
};

Result<> write_rows(base::os::ExternalSort& rows, const FindingMerge::Files& files) {
    return rows.drain([&](std::string_view, std::string_view row) -> Result<> {
        if (files.findings.lines() % kFindingsPerOffset == 0) {
            TRY(files.offsets.write(fmt::format("{:016x}", files.findings.bytes())));
        }
        return files.findings.write(row);
    });
}

}  // namespace

FindingMerge::FindingMerge(const base::os::Path& folder)
    : folder_(folder), by_fingerprint_({.memory_max = kSortMemory, .folder = folder}) {}

Result<> FindingMerge::add_line(std::uint32_t chunk, std::string_view id, std::string_view line) {
    value_.clear();
    pack_number(value_, chunk + 1);
    return by_fingerprint_.add(id, value_.append(line));
}

Result<> FindingMerge::add_derived(const scan::Finding& finding) {
    auto line = scan::to_line(finding);
    if (line.ends_with('\n')) line.pop_back();
    std::string value;
    pack_number(value, kDerived);
    return by_fingerprint_.add(finding.id, value.append(line));
}

Result<scan::FindingCounts> FindingMerge::finish(const std::vector<std::string>* baseline,
                                                 const Files& files) {
    base::os::ExternalSort rows({.memory_max = kSortMemory, .folder = folder_});
    FindingFolder folder(baseline, rows);
    TRY(by_fingerprint_.drain(
        [&](std::string_view id, std::string_view value) { return folder.take(id, value); }));
    TRY(folder.finish());
    TRY(write_rows(rows, files));
    return folder.counts();
}

}  // namespace results
