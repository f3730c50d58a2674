// The last look before anything leaves: a source that refuses texts which look like secrets.
#pragma once

#include "scan/report/report.h"

namespace scan::report {

// `source`, every text of which is checked before it is passed on. The first pass over findings,
// units and records is checked, later ones pass the same again. Internal: something looked like a
// secret; the message names where, never what. `source` must outlive the result.
base::Result<Source> checked(const Source& source);

}  // namespace scan::report
