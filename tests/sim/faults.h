// Where a simulation may be hurt, and how. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sim {

// Each time one of these happens is a point with a number of its own, counted from 1.
enum class PointKind {
    Call,   // the operator is about to send a call that does not stream
    Open,   // …or to open a watch
    Lines,  // lines of a watch are about to arrive
    Write,  // a store write of the controller
    Store,  // a store write of ingest
    Load,   // a run is read from the store
    Merge,
    Request,  // a runner's call to ingest
};
struct Point {
    PointKind kind = PointKind::Call;
    std::uint64_t number = 0;
    std::string what{};
};

enum class Fault {
    None,
    CrashBefore,  // the operator dies; it was not done
    CrashAfter,   // it was done, and the operator dies before it knows
    LoseRequest,  // the connection broke: not done, the operator is told at once
    LoseAnswer,   // done, but the answer never comes: a time-out
    ServerError,  // refused with 500, not done
    Throttle,     // refused with 429 and Retry-After
    Refuse,       // the store is away for this one: not written
    Cut,          // the watch breaks before these lines
    CutExpired,   // the same, and the server has forgotten the version to resume at
    LateRequest,  // the operator dies; its call arrives only when the next one is at work
};

struct FaultName {
    Fault fault = Fault::None;
    std::string_view name{};
};
inline constexpr std::array kFaultNames = {
    FaultName{Fault::None, "none"},
    FaultName{Fault::CrashBefore, "crash-before"},
    FaultName{Fault::CrashAfter, "crash-after"},
    FaultName{Fault::LoseRequest, "lose-request"},
    FaultName{Fault::LoseAnswer, "lose-answer"},
    FaultName{Fault::ServerError, "server-error"},
    FaultName{Fault::Throttle, "throttle"},
    FaultName{Fault::Refuse, "refuse"},
    FaultName{Fault::Cut, "cut"},
    FaultName{Fault::CutExpired, "cut-expired"},
    FaultName{Fault::LateRequest, "late-request"},
};

inline std::string_view to_string(Fault fault) {
    for (const auto& one : kFaultNames) {
        if (one.fault == fault) return one.name;
    }
    return "";
}
inline std::optional<Fault> fault_from(std::string_view name) {
    for (const auto& one : kFaultNames) {
        if (one.name == name) return one.fault;
    }
    return std::nullopt;
}

// Those that make sense at a point.
inline std::span<const Fault> faults_at(PointKind kind) {
    static constexpr std::array kCall = {Fault::CrashBefore, Fault::CrashAfter,  Fault::LoseRequest,
                                         Fault::LoseAnswer,  Fault::ServerError, Fault::Throttle};
    static constexpr std::array kOpen = {Fault::CrashBefore, Fault::CrashAfter, Fault::LoseRequest,
                                         Fault::ServerError, Fault::Throttle};
    static constexpr std::array kLines = {Fault::Cut, Fault::CutExpired, Fault::CrashBefore};
    static constexpr std::array kWrite = {Fault::CrashBefore, Fault::CrashAfter, Fault::Refuse};
    static constexpr std::array kLoad = {Fault::CrashBefore, Fault::Refuse};
    static constexpr std::array kRequest = {Fault::LoseRequest, Fault::LoseAnswer};
    switch (kind) {
    case PointKind::Call: return kCall;
    case PointKind::Open: return kOpen;
    case PointKind::Lines: return kLines;
    case PointKind::Write:
    case PointKind::Store:
    case PointKind::Merge: return kWrite;
    case PointKind::Load: return kLoad;
    case PointKind::Request: return kRequest;
    }
    return {};
}

// Asked once at each point.
using ChooseFault = std::function<Fault(const Point&)>;

}  // namespace sim
