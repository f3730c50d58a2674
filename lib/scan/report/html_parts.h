// The HTML report in pieces. Each returns finished markup; target text in it is cleaned, cut and
// escaped.
#pragma once

#include "scan/report/report.h"
#include "scan/report/summary.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace scan::report::html {

// One file that mail, chat and browsers take: bounds of what is shown, all named in
// docs/formats/reports.md.
inline constexpr std::size_t kFindingsMax = 5000;
inline constexpr std::size_t kFindingsBytesMax = 6u << 20;
inline constexpr std::size_t kRecordsMax = 500;
inline constexpr std::size_t kRulesMax = 200;
inline constexpr std::size_t kChunksMax = 100;
inline constexpr std::size_t kNameBytes = 300;

std::string_view style();
std::string_view script();

// Names of states as classes and words: "s0".."s4" for severities, "u-ok" …
std::string_view css_class(Severity severity);
std::string_view css_class(UnitStatus status);

// ---- charts (inline SVG, each with a text for screen readers) ----
std::string severity_donut(const FindingCounts& counts);
std::string severity_bars(const FindingCounts& counts);
std::string coverage_bar(const Header& header);
std::string share_bar(std::uint64_t part, std::uint64_t whole, std::string_view label);
std::string timeline(const Header& header);

// ---- sections ----
std::string page_head(const Header& header);
std::string masthead(const Header& header);
std::string alerts(const Header& header);
std::string cards(const Header& header);
std::string units_section(const Header& header, const BadUnits& bad);
std::string run_section(const Header& header);

// The toolbar; `rules`: rule id → findings with it.
std::string toolbar(const Header& header, const std::map<std::string, std::uint64_t>& rules);
// One finding in at most `bytes_max` bytes: evidence and advice go first when it is too long. Empty
// if even the shortest form does not fit.
std::string finding(const Header& header, const MergedFinding& merged, std::size_t bytes_max);
std::string rule(std::string_view id, std::uint64_t findings);

}  // namespace scan::report::html
