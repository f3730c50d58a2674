// What JSON and JSON Lines share: the job's own members, units and records as objects.
#pragma once

#include "scan/json_text.h"
#include "scan/report/report.h"

namespace scan::report {

// "summary", "job", "run", … up to "notices", into an object that is open.
void write_header_members(JsonText& json, const Header& header);
void write_unit_members(JsonText& json, const UnitLine& unit);
void write_record_members(JsonText& json, const Record& record);

}  // namespace scan::report
