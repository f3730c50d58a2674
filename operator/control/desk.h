// What a run wants done: values that the controller hands on. Pure.
#pragma once

#include "kube/call.h"
#include "operator/core/model.h"
#include "operator/results/merge_run.h"
#include "operator/results/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace control {

// What a call was for: its answer finds its way back by this.
enum class Purpose {
    Account,      // create the runners' ServiceAccount
    Input,        // create the run's ConfigMap
    InputCheck,   // is the ConfigMap that is there ours?
    Create,       // create an attempt's Pod
    CreateCheck,  // is the Pod that is there ours?
    Verify,       // a Pod seems to be gone: is it?
    Delete,       // of an attempt's Pod
    Mounts,       // why does it not start: its newest FailedMount Event
    Status,       // patch of the job's status
    Reread,       // of the job, after a conflict
    CleanPods,
    CleanInput,
    DeleteJob,
};
std::string_view to_string(Purpose purpose);

struct Ticket {
    results::RunKey run{};
    std::uint64_t number = 0;
};

// What a Pod's token says, as ingest is to expect it. `pod_uid` empty: created, not seen yet.
struct ExpectAttempt {
    results::AttemptKey attempt{};
    std::string pod_name{};
    std::string pod_uid{};
};
struct ForgetAttempt {
    results::AttemptKey attempt{};
};
struct CloseIngest {
    results::RunKey run{};
};
using IngestOrder = std::variant<ExpectAttempt, ForgetAttempt, CloseIngest>;

struct MergeOrder {
    results::RunKey run{};
    std::vector<results::MissingUnits> missing{};
    std::string baseline_job{};  // of the same namespace; empty = none
};

struct EventOrder {  // an Event on the ScanJob
    bool warning = false;
    std::string reason{};
    std::string note{};
};

struct LogLine {
    bool warning = false;
    std::string message{};
    results::RunKey run{};
    std::string detail{};
};

// Filled by one turn of one run.
struct Desk {
    struct NewCall {
        Purpose purpose = Purpose::Create;
        core::AttemptId attempt{};
        kube::Request request{};
    };
    struct NewWrite {
        Ticket ticket{};
        results::Write write{};
    };
    std::vector<NewCall> calls{};
    std::vector<NewWrite> writes{};
    bool load = false;  // the stored run
    std::optional<MergeOrder> merge{};
    std::vector<IngestOrder> ingest{};
    std::vector<EventOrder> events{};
    std::vector<LogLine> log{};
};

}  // namespace control
