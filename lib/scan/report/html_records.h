// Tables of records: what is true of the target, beside what is wrong with it.
#pragma once

#include "scan/report/report.h"

#include <string>

namespace scan::report::html {

// Operations of the Api scanner as a table of their own, other kinds as key and data; empty without
// records.
base::Result<std::string> records_section(const Source& source);

}  // namespace scan::report::html
