// The members of a finding as JSON, for those who add members of their own around them.
#pragma once

#include "scan/finding.h"
#include "scan/json_text.h"
#include "scan/merge.h"

#include <string_view>

namespace scan {

// Every member of a finding, into an object that is already open.
void write_finding_members(JsonText& json, const Finding& finding);
// The same, then state, occurrences, locations and seenInChunks.
void write_merged_members(JsonText& json, const MergedFinding& merged);
// The location object: {"kind": "operation", …}.
void write_location(JsonText& json, const Location& location);
// "request", "screenshotRef", …
std::string_view stream_word(EvidenceKind kind);

}  // namespace scan
