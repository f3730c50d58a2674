// What may be changed in a ScanJob, and when: conditions over the old and the new object, its
// status included. Heavy: include it in .cc files only.
#pragma once

#include "scan/schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace scan {

// A condition at the root of the resource. `self` and `oldSelf` are whole objects.
struct ResourceRule {
    std::string doc;
    std::string rule;
    std::string message;
    std::string field_path;
    std::string reason = "FieldValueForbidden";  // the API server's word for the kind of refusal
};

// Fields of the spec that must not change while a run is under way.
const std::vector<std::string_view>& frozen_fields();
std::vector<ResourceRule> resource_rules();

}  // namespace scan
