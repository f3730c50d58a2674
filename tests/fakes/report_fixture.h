// Sources of reports for tests: everything lies in memory, in the order that the real ones promise.
// Gaps: no source ever fails or changes between passes, unless a test replaces one of its
// functions.
#pragma once

#include "scan/report/report.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fakes {

struct ReportFacts {
    scan::report::Header header{};
    std::vector<scan::MergedFinding> findings{};
    std::vector<scan::UnitLine> units{};
    std::vector<scan::Record> records{};
};

// The facts as a source. Findings are put into report order, and counted into the header.
scan::report::Source source_of(ReportFacts facts);

// A scan of a small shop: most of it was scanned, some is wrong with it, a baseline to compare
// with.
ReportFacts shop_facts();
// The same job, but everything that comes from the target tries to break the report.
ReportFacts hostile_facts();
// A job that scanned nothing.
ReportFacts nothing_facts();
// `count` findings of one rule, made as they are asked for, each with that much evidence.
scan::report::Source many_findings(std::uint64_t count, std::size_t evidence_bytes = 100);

// The report as text; a failed test and empty text if it was refused.
std::string written(scan::report::Format format, const scan::report::Source& source,
                    const scan::report::Options& options = {});

}  // namespace fakes
