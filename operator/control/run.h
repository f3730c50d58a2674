// One run of one ScanJob, as far as this operator knows it: observe → make_plan → apply, as a
// stepper. Pure: no clock, no I/O, no thread.
//
// The planner sees whole pictures only: while store writes of the last turn, or a load, are on
// their way, the run is not planned. What must be durable before something is done (the clock, an
// attempt's start, an end) is: what follows from a turn's writes waits until all of them are
// acknowledged.
#pragma once

#include "kube/pod.h"
#include "operator/api/ingest.h"
#include "operator/control/desk.h"
#include "operator/control/pod_facts.h"
#include "operator/control/pod_template.h"
#include "operator/control/scan_job.h"
#include "operator/control/status_patch.h"
#include "operator/core/make_plan.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace control {

struct RunSettings {
    PodSettings pods{};
    core::Flags flags{};
    int creations_per_turn_max = 500;  // then it is the next job's turn
    base::Duration status_every{1'000};
    base::Duration store_retry{1'000};  // a full disk or a lock is not gone sooner
    base::Duration refusal_retry{60'000};
    base::Duration quota_retry{10'000};
    base::Duration call_retry_min{250};
    base::Duration call_retry_max{60'000};
};

// What a merge brought.
struct MergeFacts {
    results::MergeTotals totals{};
    std::string top_findings_json = "[]";
    bool top_findings_truncated = false;
    bool baseline_missing = false;
};

class Run {
public:
    // `settings` must outlive the run. `number`: 1 for the job's first run.
    Run(const RunSettings& settings, ScanJob job, std::int64_t number);

    const results::RunKey& key() const { return key_; }
    const ScanJob& job() const { return job_; }
    const core::Observed& seen() const { return seen_; }
    const core::Status& wanted() const { return wanted_; }  // as of the last plan
    bool is_finished() const { return seen_.finished.has_value(); }
    // It has begun, and what it has is not known yet: the store is still to be asked.
    bool is_to_be_read() const {
        return seen_.start_time && !opened_ && !is_finished() && !spec_problem();
    }
    // Nothing is left to do unless the job changes.
    bool is_at_rest() const;

    // ---- what happened ----
    void take_job(ScanJob job);
    // Older states than the one known are ignored; a Pod that is not this job's changes nothing.
    void take_pod(const kube::Pod& pod, base::Instant now, Desk& desk);
    void pod_gone(std::string_view pod_name, Desk& desk);
    // A Pod with this run's labels that is not ours (or is gone): it must outlive our cleaning up.
    void take_foreign(const kube::Pod& pod, bool gone);
    // After a list: attempts whose Pods the cache does not have.
    void pods_listed(const std::set<kube::ObjectKey>& listed, Desk& desk);
    void take_ingest(const api::IngestEvent& event, base::Instant now);
    void take_load(base::Result<results::RunState> state, base::Instant now, Desk& desk);
    void take_write(std::uint64_t ticket, const base::Result<>& done, base::Instant now);
    void take_merge(base::Result<MergeFacts> merged, base::Instant now);
    void take_answer(Purpose purpose, const core::AttemptId& attempt, const kube::Answer& answer,
                     base::Instant now, Desk& desk);
    void set_foreign(std::map<std::string, int> by_key) {
        seen_.foreign_in_flight = std::move(by_key);
    }

    // Plans and applies as far as it can. Cheap when nothing is due.
    void turn(base::Instant now, Desk& desk);
    std::optional<base::Instant> wake_at() const { return wake_at_; }

    // Deletes what the ended run still has in the cluster, at once.
    void clear_away(Desk& desk);
    // The run has ended, and spec.rerun has a value that it was not started with.
    bool wants_rerun() const;
    std::vector<kube::Pod> known_pods() const;
    // Live attempts by concurrency key.
    std::map<std::string, int> live_by_key() const;
    // The job or its namespace is gone, and the run with it.
    bool is_gone() const { return gone_; }
    const std::vector<core::Why>& reasons() const { return reasons_; }  // of the last plan

private:
    struct PodRecord {
        std::string uid{};
        std::string version{};
        std::optional<base::Instant> deletion_at{};
        bool expected = false;  // ingest knows its uid
        bool verifying = false;
        kube::Pod facts{};  // as last seen
    };
    // A call that waits: for the writes before it, or for another try.
    struct Errand {
        Purpose purpose = Purpose::Create;
        core::AttemptId attempt{};
        int tries = 0;
        base::Instant due{};
    };
    enum class Setup { None, UnderWay, Done };

    // run.cc
    bool open(Desk& desk, base::Instant now);
    std::optional<base::Error> spec_problem() const;
    void refuse_spec(const base::Error& error, base::Instant now);
    void keep_status(const core::Status& status, base::Instant now, Desk& desk);
    bool is_due(const core::Status& status, base::Instant now) const;
    StatusExtras extras() const;
    void status_kept(const core::Status& status, std::int64_t generation);
    void tell_store_is_away(base::Instant now, Desk& desk);
    void tell_changes(const core::Status& status, Desk& desk);
    void wake(base::Instant at);
    void load(Desk& desk);
    void adopt(const results::RunState& state, base::Instant now, Desk& desk);
    void store_is_away(const base::Error& error, base::Instant now);
    void watch_the_silent(base::Instant now, Desk& desk);
    void ask_about_mounts(base::Instant now);
    void expire(base::Instant now);
    void keep_edit(base::Instant now, Desk& desk);

    // run_apply.cc
    void apply(const core::Action& action, base::Instant now, Desk& desk);
    void start(const core::StartAttempt& start, base::Instant now, Desk& desk);
    void plan_here(const core::StartAttempt& start, base::Instant now, Desk& desk);
    void record(const core::RecordEnd& record, Desk& desk);
    void merge(const core::MergeResults& merge, Desk& desk);
    void write(results::Write write, Desk& desk);
    void end_attempt(const core::AttemptId& id, core::EndFact fact, Desk& desk);
    void stop(const core::AttemptId& id);
    void forget_start(const core::AttemptId& id);

    // run_pods.cc
    bool is_labelled(const kube::Pod& pod, const core::AttemptId& id) const;
    void note_pod(core::Attempt& attempt, const kube::Pod& pod, base::Instant now, Desk& desk);

    // run_calls.cc
    void send_errands(base::Instant now, Desk& desk);
    bool send(const Errand& errand, Desk& desk);
    std::optional<kube::Request> request_of(const Errand& errand) const;
    void clean_pods();
    void retry(Purpose purpose, const core::AttemptId& id, base::Instant now);
    void refused(const core::AttemptId& id, const kube::ApiError& error, base::Instant now,
                 Desk& desk);
    void take_setup(Purpose purpose, const kube::Answer& answer, base::Instant now, Desk& desk);
    void take_created(const core::AttemptId& id, const kube::Answer& answer, base::Instant now,
                      Desk& desk);
    void take_found(Purpose purpose, const core::AttemptId& id, const kube::Answer& answer,
                    base::Instant now, Desk& desk);
    void remove_unseen(const kube::Pod& pod, const core::AttemptId& id, base::Instant now);
    void take_deleted(const core::AttemptId& id, const kube::Answer& answer, base::Instant now,
                      Desk& desk);
    void take_status(const kube::Answer& answer, base::Instant now);
    void take_newer(ScanJob job);
    void take_reread(const kube::Answer& answer, base::Instant now);
    void take_mounts(const core::AttemptId& id, const kube::Answer& answer);

    results::AttemptKey key_of(const core::AttemptId& id) const {
        return {key_, id.chunk, id.attempt};
    }

    const RunSettings& settings_;
    ScanJob job_;
    results::RunKey key_;
    std::string rerun_{};              // the value of spec.rerun it was started with
    std::string history_json_ = "[]";  // of the runs before it
    scan::JobSpec spec_{};
    core::Observed seen_{};
    std::vector<core::Why> reasons_{};
    std::optional<base::Instant> wake_at_{};

    bool registering_ = false;
    bool registered_ = false;  // the store has the run…
    bool opened_ = false;      // …and we know what it has
    bool loading_ = false;
    bool plan_wanted_ = false;  // ingest took a plan: load it
    bool gone_ = false;
    int creations_left_ = 0;

    // Writes of this turn that are not acknowledged, and what follows from them.
    std::set<std::uint64_t> writes_{};
    std::uint64_t last_ticket_ = 0;
    std::optional<base::Error> write_failed_{};
    std::vector<core::RecordEnd> recording_{};
    std::vector<Errand> after_writes_{};
    std::vector<core::AttemptId> starting_{};
    std::optional<core::AttemptId> planning_{};
    bool closing_ = false;
    base::Instant store_back_at_{};

    Setup setup_ = Setup::None;
    int setup_left_ = 0;
    std::deque<Errand> errands_{};
    std::map<std::pair<Purpose, core::AttemptId>, int> tries_{};
    std::map<core::AttemptId, core::StartAttempt> starts_{};  // of attempts whose Pod is not there
    std::map<core::AttemptId, PodRecord> pods_{};
    std::set<std::string> foreign_{};       // names of Pods of others with our labels
    std::set<core::AttemptId> stopping_{};  // told to stop by the planner
    std::set<core::AttemptId> mounts_asked_{};
    std::map<core::AttemptId, std::string> missing_mounts_{};  // what the kubelet says of them
    std::map<core::AttemptId, scan::Commit> commits_{};
    std::vector<api::IngestEvent> early_commits_{};  // while the run was loaded
    MergeFacts merged_{};

    // Status: what was last wanted, and what is on its way.
    core::Status wanted_{};
    core::Status kept_{};
    std::optional<core::Status> sending_{};
    std::int64_t sending_generation_ = -1;
    std::string sent_json_{};
    std::int64_t kept_generation_ = -1;
    base::Instant status_not_before_{};
    int status_tries_ = 0;
    std::string status_error_{};
    bool rereading_ = false;
    bool final_stored_ = false;
    bool expiring_ = false;
};

}  // namespace control
