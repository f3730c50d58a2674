// What a unit of the plan carries for the run: where its operation stands, and where it is sent.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

struct UnitParams {
    std::string pointer;       // of the operation in the stored document
    std::string server;        // absolute URL
    std::string server_label;  // for fingerprints
    std::string spec_uri{};    // where the document came from, for reports
    int line = 0;
    int column = 0;
    std::string defect{};  // discovery could not make sense of it
    bool operator==(const UnitParams&) const = default;
};

std::string to_json(const UnitParams& params);
base::Result<UnitParams> parse_unit_params(std::string_view json);

}  // namespace runner::api
