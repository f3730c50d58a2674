// Findings and records out of simdjson elements: shared by everything in lib/scan that reads them.
// Private.
#pragma once

#include "scan/finding.h"
#include "scan/json_read.h"

namespace scan {

// Every field of `into` is overwritten, its buffers are used again: reading a million findings into
// one object allocates next to nothing. After a fault (reader.done()), or if the reader only
// checks, its content means nothing.
void read_finding(json::Reader& reader, Finding& into);
// All of a record but its data, which is only checked to be an object.
json::Object read_record_head(json::Reader& reader, Record& into);

base::Result<Finding> finding_from(json::Element element);
base::Result<Record> record_from(json::Element element);
// {"kind": "operation", …}
void read_location(json::Reader& reader, Location& into);

}  // namespace scan
