// The object of unit counts, as `end` lines and commits hold it. Private.
#pragma once

#include "scan/json_read.h"
#include "scan/json_text.h"
#include "scan/stream.h"

namespace scan {

void write_counts(JsonText& json, const UnitCounts& counts);
// The member `units` of the object that `reader` reads.
UnitCounts read_counts(json::Reader& reader);
std::uint64_t read_count(json::Reader& reader, std::string_view key);

}  // namespace scan
