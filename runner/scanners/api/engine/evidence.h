// Proof for a reader: request, response and a line to repeat it, without secrets.
#pragma once

#include "runner/scanners/api/engine/work.h"
#include "scan/finding.h"
#include "scan/rules.h"

#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

struct Exhibit {
    const Answer& answer;
    const Persona* who = nullptr;
    // Text in the response that matters; the body is cut to 2 KiB around it.
    std::string point{};
    // Response headers that matter, beside Content-Type.
    std::vector<std::string_view> headers{};
    // Values to hide that only this check knows about.
    std::vector<std::string> hide{};
};

// One `request` and one `response`, redacted. Nothing in them changes from run to run unless the
// body does.
std::vector<scan::Evidence> evidence_of(const Work& work, const Exhibit& exhibit);
scan::Evidence note(const Work& work, std::string_view text);

}  // namespace runner::api
