// Gets the specification from wherever the job says, and makes one document of it.
#pragma once

#include "base/document.h"
#include "base/json_fwd.h"
#include "runner/scanner.h"
#include "runner/scanners/api/openapi/model.h"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace runner::api {

struct Loaded {
    base::Document source;  // as written, for lines and columns
    std::shared_ptr<const base::Json>
        document{};     // references made local where allowed; what chunks get
    std::string url{};  // of the fetched document, after redirects; empty for the other sources
    std::string peer_address{};  // that answered
    std::string uri{};           // for reports: URL, file name, or what it came from
    std::vector<std::string> notices{};
};

// Config with InvalidSpec: no such file, not readable as JSON or YAML, too large (50 MB, a million
// nodes, depth 200), a 4xx answer. Config with TargetForbidden: the scope guard refused specUrl.
// TargetUnavailable: no answer, or 5xx.
std::expected<Loaded, Stop> load_specification(const DiscoveryContext& context);

}  // namespace runner::api
