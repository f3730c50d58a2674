// Reads the few members that sorting needs from stored stream lines, without building findings.
// Lines were validated when they were taken in.
#pragma once

#include "base/result.h"
#include "scan/words.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace results {

enum class LineKind { Unit, Record, Finding, Other };

struct ScannedLine {
    LineKind kind = LineKind::Other;
    std::string_view raw{};   // without '\n'
    std::string_view id{};    // of a finding: its fingerprint; of a unit line: the unit
    std::string_view unit{};  // of a finding, record or log line
    std::string_view record_kind{};
    std::string_view record_key{};
};

// What orders and counts a finding, without the finding.
struct FindingKeys {
    std::string order;  // scan::report_order_key
    scan::Severity severity = scan::Severity::Info;
    scan::Category category = scan::Category::Security;
    bool suppressed = false;
};

// Keeps its buffers: reuse it. One thread.
class LineScan {
public:
    LineScan();
    ~LineScan();

    // `take` for each line of `bytes`, which must be whole lines; its views die with the call.
    // Invalid: not JSON.
    base::Result<> each(std::string_view bytes,
                        const std::function<base::Result<>(const ScannedLine&)>& take);

    // Of one finding line. Invalid: not a finding.
    base::Result<FindingKeys> finding_keys(std::string_view line);

    // The ids of the units in a chunk document, in its order. Invalid: not one.
    base::Result<> each_unit_id(std::string_view chunk_line,
                                const std::function<base::Result<>(std::string_view)>& take);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace results
