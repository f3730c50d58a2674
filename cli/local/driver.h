// Drives one run to its end on this machine: observe → make_plan → apply, with processes in place
// of Pods.
//
// One thread. What other threads find out (ingest, the merge) comes through the inbox. Everything
// that must survive a kill is in the store before it is acted on, so a run that was killed at any
// moment goes on from there.
#pragma once

#include "cli/local/inbox.h"
#include "operator/observe/observe.h"
#include "cli/local/processes.h"
#include "cli/local/work_folder.h"
#include "cli/view/run_event.h"

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace cli {

// The part of ingest that the driver uses.
struct IngestPort {
    std::function<void(const results::AttemptKey&, std::string token)> expect;
    std::function<void(const results::AttemptKey&)> forget;
    std::function<void(const results::RunKey&)> close_run;
};

struct DriverOptions {
    scan::Job job;
    results::RunKey run;
    RunFolder folder;
    Mounts credentials{};
    RunnerSetup setup{};
    std::string redaction_key{};
    // Instead of the job's: may change from one resume to the next, the job document may not.
    std::optional<int> parallelism{};
    base::Duration retry_base{5'000};
    // From SIGTERM to SIGKILL. The contract gives a runner 5 s to flush and go; twice that is
    // patience enough.
    base::Duration kill_grace{10'000};
    bool stop_after_plan = false;  // `scanfleet plan`: return once a plan is accepted
};

// The world it runs in. All outlive the driver.
struct DriverWorld {
    const base::Clock& clock;
    Processes& processes;
    results::ResultStore& store;
    Inbox& inbox;
    IngestPort ingest;
    // How often the user has asked to stop so far (SIGINT, SIGTERM), and what becomes readable
    // then.
    std::function<int()> stop_requests;
    int stop_fd = -1;
    std::function<std::string()> new_token;
};

class Driver {
public:
    Driver(DriverOptions options, DriverWorld world, Watcher watcher);

    // Opens the run in the store (or goes on with it), and drives it until it has finished; the
    // final status is in the store then. With stop_after_plan also returns, unfinished, once there
    // is a plan. Cancelled: asked to stop twice. Other failures: the store refused for good, or a
    // bug; the run can be resumed.
    base::Result<core::Status> drive();

private:
    base::Result<> open_run();
    base::Result<> turn();
    base::Result<> keep_status(const core::Status& status);
    base::Result<> apply(const core::Action& action);
    base::Result<> start(const core::StartAttempt& start);
    base::Result<> plan_here(const core::StartAttempt& start);
    base::Result<> launch(const core::StartAttempt& start);
    base::Result<> stop(const core::StopAttempt& stop);
    base::Result<> record(const core::RecordEnd& record);
    base::Result<> close();
    base::Result<> merge(const core::MergeResults& merge);
    std::optional<std::vector<std::string>> find_baseline();
    base::Result<> write(results::Write write);
    base::Result<> reload_plan();

    base::Result<> wait();
    base::Result<> take_notes();
    base::Result<> take_ingest(const api::IngestEvent& event);
    base::Result<> take_merge(const MergeDone& done);
    base::Result<> take_end(const ProcessEnd& end);
    base::Result<> ask_store(const core::AttemptId& id);
    void kill_the_stubborn();
    void heed_user();
    void store_is_away(const base::Error& error);
    void end_attempt(const core::AttemptId& id, core::EndFact fact);

    results::AttemptKey key_of(const core::AttemptId& id) const {
        return {options_.run, id.chunk, id.attempt};
    }
    base::Instant now() const { return world_.clock.wall(); }
    base::Error interruption();
    void tell_end();
    void tell(RunEvent event);
    void explain(const core::Plan& plan);

    DriverOptions options_;
    DriverWorld world_;
    Watcher watcher_;
    scan::JobSpec spec_;
    core::Observed seen_;
    core::Status status_;  // as last planned
    core::Status kept_;    // as last written to the store
    base::Instant kept_at_{};
    std::optional<base::Instant> wake_at_;
    bool acted_ = false;
    bool cancelled_here_ = false;
    std::map<core::AttemptId, base::Instant> kill_at_;
    std::map<core::AttemptId, scan::Commit> commits_;  // of live attempts, as stored
    base::Instant store_back_at_{};
    std::jthread merging_;  // last: joined first
};

}  // namespace cli
