// One function a format. Each appends to `out` and leaves the last piece there; write() finishes.
#pragma once

#include "scan/report/out.h"
#include "scan/report/report.h"

namespace scan::report {

base::Result<> write_json(const Source& source, Out& out);
base::Result<> write_json_lines(const Source& source, Out& out);
base::Result<> write_sarif(const Source& source, Out& out);
base::Result<> write_html(const Source& source, Out& out);
base::Result<> write_markdown(const Source& source, Out& out);
base::Result<> write_junit(const Source& source, Out& out);
base::Result<> write_table(const Source& source, Out& out, const Options& options);

}  // namespace scan::report
