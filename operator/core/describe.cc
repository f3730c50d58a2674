// Words for people: ids, causes, actions.
#include "operator/core/model.h"

#include <fmt/core.h>

namespace core {

std::string to_string(const AttemptId& id) {
    if (id.chunk == kDiscovery) return fmt::format("d-a{}", id.attempt);
    return fmt::format("c{}-a{}", id.chunk, id.attempt);
}

std::string_view to_string(StopCause cause) {
    switch (cause) {
    case StopCause::Cancelled: return "Cancelled";
    case StopCause::Suspended: return "Suspended";
    case StopCause::RunTimeout: return "RunTimeout";
    case StopCause::StartTimeout: return "StartTimeout";
    case StopCause::Deadline: return "Deadline";
    case StopCause::ChunkCommitted: return "ChunkCommitted";
    case StopCause::Lingering: return "Lingering";
    case StopCause::Unschedulable: return "Unschedulable";
    case StopCause::ImagePullFailed: return "ImagePullFailed";
    case StopCause::ConfigError: return "ConfigError";
    case StopCause::JobEnded: return "JobEnded";
    }
    return "Unknown";
}

namespace {

std::string line(const StartAttempt& start) {
    const double limit = static_cast<double>(start.limit.count()) / 1000;
    std::string text = fmt::format("start {} (limit {:g} s)", to_string(start.id), limit);
    if (start.memory_percent != 100) text += fmt::format(", memory {} %", start.memory_percent);
    return text;
}
std::string line(const StopAttempt& stop) {
    return fmt::format("stop {} ({})", to_string(stop.id), to_string(stop.cause));
}
std::string line(const RecordEnd& record) {
    return fmt::format("record {} {}{}", to_string(record.id), scan::to_string(record.fact.end),
                       record.charged ? ", charged" : "");
}
std::string line(const CloseRun&) { return "close"; }
std::string line(const MergeResults& merge) {
    if (merge.missing.empty()) return "merge";
    std::string text = "merge, missing units:";
    for (const auto& missing : merge.missing) {
        text += fmt::format(" c{} {} ({})", missing.chunk, scan::to_string(missing.status),
                            missing.reason);
    }
    return text;
}
std::string line(const CleanUp&) { return "clean up"; }

}  // namespace

std::string describe(const Action& action) {
    return std::visit([](const auto& one) { return line(one); }, action);
}

}  // namespace core
