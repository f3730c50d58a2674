// What a run tells whoever watches it: events as they happen, and a picture at each turn.
#pragma once

#include "operator/core/model.h"
#include "scan/job.h"

#include <functional>
#include <optional>
#include <string>

namespace cli {

struct RunEvent {
    enum class Kind {
        Started,
        Resumed,
        Planned,
        AttemptStarted,
        AttemptEnded,
        ChunkSucceeded,
        Cancelling,
        StoreAway,
        Merging,
        Explained,  // why the planner did something (--explain)
        Finished,
    };
    Kind kind = Kind::Started;
    base::Instant at{};
    std::string sentence{};  // for people
    std::optional<core::AttemptId> attempt{};
    std::string word{};  // AttemptEnded: the end; Finished: the outcome
    bool charged = false;
};
std::string_view to_string(RunEvent::Kind kind);  // "attempt-ended": for --json

// Valid during the call.
struct Picture {
    const scan::Job& job;
    const std::string& run_id;
    const core::Observed& seen;
    const core::Status& status;
    base::Instant now{};
    bool cancelling = false;
};

struct Watcher {
    std::function<void(const RunEvent&)> on_event{};
    std::function<void(const Picture&)> on_turn{};
    // The longest pause between two turns: what a live view needs to keep its clocks going.
    base::Duration turn_max{1'000};
};

}  // namespace cli
