#include "scan/stream.h"

#include "base/text.h"

#include <fmt/format.h>

#include <utility>

namespace scan {

using base::ErrorKind;
using base::fail;
using base::Result;

void UnitCounts::add(UnitStatus status, std::uint64_t n) {
    switch (status) {
    case UnitStatus::Ok: ok += n; return;
    case UnitStatus::Failed: failed += n; return;
    case UnitStatus::Skipped: skipped += n; return;
    case UnitStatus::Forbidden: forbidden += n; return;
    case UnitStatus::TimedOut: timed_out += n; return;
    }
}

Result<> each_line(std::string_view bytes, const std::function<Result<>(std::string_view)>& take) {
    if (!bytes.empty() && bytes.back() != '\n') {
        return fail(ErrorKind::Invalid, "the last line has no line end: send whole lines");
    }
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        TRY(take(bytes.substr(0, end)));
        bytes.remove_prefix(end + 1);
    }
    return {};
}

namespace {

using Brief = LineParser::Brief;

// Adds one line to the facts, and refuses it where it must not stand.
Result<> take_line(const Brief& line, std::uint32_t segment_number, SegmentFacts& facts) {
    if (facts.has_end) return fail(ErrorKind::Invalid, "a line stands behind the end line");
    ++facts.lines;
    switch (line.type) {
    case Brief::Type::Meta:
        if (segment_number == 1 && facts.lines == 1) return {};
        return fail(ErrorKind::Invalid, "a meta line may only be the first line of segment 1");
    case Brief::Type::Unit:
        facts.units.add(line.unit_status);
        facts.unit_ends.push_back(
            {std::string(line.unit_id), line.unit_status, std::string(line.unit_reason)});
        return {};
    case Brief::Type::Record: ++facts.records; return {};
    case Brief::Type::Finding:
        ++facts.findings;
        ++facts.by_severity.at(static_cast<std::size_t>(std::to_underlying(line.severity)));
        return {};
    case Brief::Type::End: facts.has_end = true; return {};
    case Brief::Type::Metric:
    case Brief::Type::Log: return {};
    }
    return {};
}

}  // namespace

Result<SegmentFacts> inspect_segment(LineParser& parser, std::string_view bytes,
                                     std::uint32_t segment_number) {
    if (bytes.size() > kSegmentBytesMax) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("segment {} has {}; at most {} are allowed", segment_number,
                                base::format_bytes(bytes.size()),
                                base::format_bytes(kSegmentBytesMax)));
    }
    SegmentFacts facts;
    std::uint64_t number = 0;
    auto read = each_line(bytes, [&](std::string_view line) -> Result<> {
        ++number;
        const auto brief = TRY(parser.brief(line));
        return take_line(brief, segment_number, facts);
    });
    if (!read) {
        return std::unexpected(std::move(read).error().in_context(
            fmt::format("segment {}, line {}", segment_number, number)));
    }
    return facts;
}

}  // namespace scan
