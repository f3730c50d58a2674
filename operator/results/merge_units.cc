#include "operator/results/merge_units.h"

#include "operator/results/packed_number.h"
#include "scan/stream.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

// Units are few beside findings: a million of them with their lines stays below four spilled runs.
constexpr std::size_t kUnitMemory = 24u << 20;
constexpr std::size_t kRecordMemory = 24u << 20;

constexpr char kPlanned = 'p';
constexpr char kLine = 'u';

// Without a word from the driver: the chunk's attempts left no result.
constexpr std::string_view kNoResult = "no-result";

std::string_view without_newline(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line;
}

template <typename T>
Result<T> parse_as(scan::LineParser& parser, std::string_view text) {
    auto line = TRY(parser.parse(text));
    auto* value = std::get_if<T>(&line);
    if (value == nullptr) return fail(ErrorKind::Internal, "a stored line changed its type");
    return std::move(*value);
}

// Collects what the sort gives for one unit after the other.
class UnitFolder {
public:
    UnitFolder(const std::vector<MissingUnits>& missing, LineWriter& out, MergeTotals& totals)
        : out_(out), totals_(totals) {
        for (const auto& entry : missing) missing_.emplace(entry.chunk, &entry);
    }

    Result<> take(std::string_view unit, std::string_view value) {
        if (unit != unit_ || first_) {
            TRY(finish());
            first_ = false;
            unit_ = unit;
        }
        const auto chunk = unpack_number(value.substr(1));
        if (value.front() == kPlanned) {
            planned_ = chunk;
            return {};
        }
        if (planned_ != chunk) {
            ++totals_.unknown_units;
            return {};
        }
        return fold_in(value.substr(1 + kPackedNumber));
    }

    Result<> finish() {
        if (!planned_) return {};
        TRY(write_unit());
        planned_.reset();
        merged_.reset();
        raw_.clear();
        return {};
    }

private:
    Result<> fold_in(std::string_view line) {
        auto parsed = TRY(parse_as<scan::UnitLine>(parser_, line));
        if (!merged_) {
            merged_ = std::move(parsed);
            raw_ = line;
            return {};
        }
        scan::fold(*merged_, std::move(parsed));
        raw_.clear();
        return {};
    }

    Result<> write_unit() {
        if (!merged_) merged_ = missing_line();
        totals_.units.add(merged_->status);
        ++totals_.units_planned;
        totals_.sequential_estimate += base::Duration(merged_->ms);
        totals_.requests += static_cast<std::uint64_t>(merged_->requests);
        if (!raw_.empty()) return out_.write(raw_);
        return out_.write(without_newline(scan::to_line(*merged_)));
    }

    scan::UnitLine missing_line() const {
        const auto found = missing_.find(*planned_);
        if (found == missing_.end()) {
            return {
                .id = unit_, .status = scan::UnitStatus::Failed, .reason = std::string(kNoResult)};
        }
        return {.id = unit_, .status = found->second->status, .reason = found->second->reason};
    }

    LineWriter& out_;
    MergeTotals& totals_;
    std::map<std::uint32_t, const MissingUnits*> missing_;
    scan::LineParser parser_;

    bool first_ = true;
    std::string unit_;
    std::optional<std::uint32_t> planned_;  // the chunk it belongs to
    std::optional<scan::UnitLine> merged_;
    std::string raw_;  // the only line of the unit, as it came
};

std::string tagged(char tag, std::uint32_t chunk) {
    std::string value(1, tag);
    pack_number(value, chunk);
    return value;
}

}  // namespace

UnitMerge::UnitMerge(const base::os::Path& folder)
    : sort_({.memory_max = kUnitMemory, .folder = folder}) {}

Result<> UnitMerge::add_planned(std::uint32_t chunk, std::string_view unit) {
    return sort_.add(unit, tagged(kPlanned, chunk));
}

Result<> UnitMerge::add_line(std::uint32_t chunk, std::string_view unit, std::string_view line) {
    return sort_.add(unit, tagged(kLine, chunk).append(line));
}

Result<> UnitMerge::finish(const std::vector<MissingUnits>& missing, LineWriter& out,
                           MergeTotals& totals) {
    UnitFolder folder(missing, out, totals);
    TRY(sort_.drain(
        [&](std::string_view unit, std::string_view value) { return folder.take(unit, value); }));
    return folder.finish();
}

RecordMerge::RecordMerge(const base::os::Path& folder)
    : sort_({.memory_max = kRecordMemory, .folder = folder}) {}

Result<> RecordMerge::add_line(std::string_view kind, std::string_view key, std::string_view line) {
    // A kind has no NUL, so kind and key sort one after the other.
    return sort_.add(std::string(kind).append(1, '\0').append(key), line);
}

Result<std::vector<scan::Record>> RecordMerge::finish(LineWriter& out) {
    std::vector<scan::Record> records;
    scan::LineParser parser;
    TRY(sort_.drain([&](std::string_view, std::string_view line) -> Result<> {
        auto record = TRY(parse_as<scan::Record>(parser, line));
        const bool same = !records.empty() && records.back().kind == record.kind &&
                          records.back().key == record.key;
        if (same) {
            scan::fold(records.back(), std::move(record));
        } else {
            records.push_back(std::move(record));
        }
        return {};
    }));
    for (const auto& record : records) TRY(out.write(without_newline(scan::to_line(record))));
    return records;
}

}  // namespace results
