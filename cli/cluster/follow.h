// A ScanJob that changes, for whoever looks on: as a live view, and as lines. Pure.
#pragma once

#include "base/json_fwd.h"
#include "cli/view/view_model.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cli::cluster {

// The live view of local mode, as far as the status tells: chunks that run have no lines.
ViewModel model_of(const base::Json& job, base::Instant now);

class Follower {
public:
    // What is new since the last call, a line each: another reason of condition Ready, progress,
    // chunks that failed, the end.
    std::vector<std::string> take(const base::Json& job);
    // Of the outcome, as soon as the run has ended (docs/cli.md).
    std::optional<int> exit_code() const { return exit_code_; }

private:
    std::string reason_{};
    std::string progress_{};
    std::set<std::int64_t> failed_{};
    std::optional<int> exit_code_{};
};

}  // namespace cli::cluster
