// api.headers: no request and no finding of its own. The facts that the session counted go into the
// unit's record, and scan::derive makes one finding per server and header from all records.
#include "runner/scanners/api/checks/check.h"

namespace runner::api {

OrHalt<Ran> run_headers(UnitRun& run) {
    return run.meter.status_counts.empty() ? Ran::No : Ran::Yes;
}

}  // namespace runner::api
