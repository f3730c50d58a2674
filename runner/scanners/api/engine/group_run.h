// Works through one affinity group.
#pragma once

#include "runner/scanners/api/engine/work.h"

#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

struct GroupMember {
    const scan::Unit* unit = nullptr;
    UnitParams params{};
    const Operation* operation = nullptr;  // nullptr: the stored document has it not
    bool finished = false;  // ended in an earlier attempt: only its ids are harvested again
};

// Read, create, update, delete last; within these by path and method. The order of a group never
// depends on the plan.
void sort_group(std::vector<GroupMember>& members);

// Runs each member and emits its lines. A unit without High or Critical findings ends at once; the
// others after the group's re-check. Stopped and TargetDown leave at once: units without their line
// stay open for the next attempt.
OrHalt<void> run_group(Work& work, const std::string& affinity,
                       const std::vector<GroupMember>& members);

}  // namespace runner::api
