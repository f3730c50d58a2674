// How a unit ends: its status and reason, and its lines.
#pragma once

#include "runner/scanners/api/engine/work.h"

#include <string>
#include <string_view>

namespace runner::api {

struct UnitVerdict {
    scan::UnitStatus status = scan::UnitStatus::Ok;
    // no-baseline, budget-spent, out-of-scope, login-failed, timeout, tls-error,
    // spec-invalid-operation; empty = all well
    std::string reason{};
};

UnitVerdict judge(const UnitRun& run, const OrHalt<void>& done);

// Findings, the record, and the unit line, in this order.
void end_unit(UnitRun& run, const UnitVerdict& verdict);
// failed, spec-invalid-operation; nothing was sent.
void end_defective(const Work& work, const scan::Unit& unit, std::string_view defect);

}  // namespace runner::api
