#include "sim/checks.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "operator/control/names.h"
#include "operator/control/pod_facts.h"
#include "operator/control/scan_job.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim {

using base::Json;
using Change = fakes::FakeApiServer::Change;

namespace {

constexpr std::size_t kStatusBytesMax = 64u << 10;
constexpr int kFreeEndsMax = 3;
constexpr std::size_t kChunksMax = 10'000;

const Json kNothing = Json::object();

const Json& member(const Json& object, std::string_view name) {
    const Json* found = base::find(object, name);
    return found == nullptr ? kNothing : *found;
}

// The ScanJob that controls it; empty: nobody of ours.
std::string owner_of(const Json& object) {
    const Json* owners = base::find(object["metadata"], "ownerReferences");
    if (owners == nullptr) return {};
    for (const Json& one : *owners) {
        if (base::get_bool(one, "controller") && base::get_string(one, "kind") == "ScanJob")
            return base::get_string(one, "uid");
    }
    return {};
}

// What of a final status must never change.
std::string final_facts(const Json& status) {
    Json facts = Json::object();
    for (const auto* name :
         {"outcome", "completionTime", "chunks", "units", "findings", "records", "coveragePercent",
          "startTime", "deadlineTime", "succeededChunks", "topFindings", "attempts"})
        facts[name] = member(status, name);
    return base::dump_json(facts);
}

}  // namespace

Checks::Checks(Stage& stage, CheckOptions options) : stage_(stage), options_(options) {}

void Checks::poll() {
    const auto& history = stage_.server.history();
    for (; seen_ < history.size(); ++seen_) {
        const auto& change = history[seen_];
        const auto uid = base::get_string((*change.object)["metadata"], "uid");
        if (change.type != Change::Type::Added && foreign_.contains(uid))
            stage_.violate("I8", fmt::format("{} is not ours and was changed", change.key.name));
        if (change.kind->resource == kube::kPods) take_pod(change);
        if (change.kind->resource == control::kScanJobs) take_job(change);
    }
}

void Checks::take_pod(const Change& change) {
    const Json& object = *change.object;
    if (owner_of(object).empty()) return;
    const auto uid = base::get_string(object["metadata"], "uid");
    const auto phase = base::get_string(member(object, "status"), "phase");
    const bool lives =
        change.type != Change::Type::Deleted && phase != "Succeeded" && phase != "Failed";
    // What somebody took our labels from is no attempt any more: no watch tells of it.
    const Json& labels = member(object["metadata"], "labels");
    const bool is_labelled = labels.contains(control::kRunLabel);
    if (!lives || !is_labelled) {
        live_.erase(uid);
        return;
    }
    if (live_.contains(uid)) return;
    const auto id = control::attempt_from_labels(base::get_string(labels, control::kChunkLabel),
                                                 base::get_string(labels, control::kAttemptLabel));
    if (!id) return stage_.violate("I1", change.key.name + " has no readable labels");
    Pod pod{.run = {.namespace_ = change.key.namespace_,
                    .job = base::get_string(labels, control::kJobLabel),
                    .run_id = base::get_string(labels, control::kRunLabel)},
            .chunk = id->chunk,
            .attempt = id->attempt,
            .name = change.key.name};
    if (change.type == Change::Type::Added) ++pods_created_;
    live_[uid] = pod;
    count_live(pod);
}

// What should be gone, and whose node does not say so.
bool Checks::is_silent(const Json& object) const {
    const auto until =
        base::parse_instant(base::get_string(object["metadata"], "deletionTimestamp"));
    return until && stage_.agenda.wall() >= *until + control::kNodeLostAfter;
}

bool Checks::is_lost(const Pod& pod) const {
    const Json* object = stage_.server.find(kube::kPods, {pod.run.namespace_, pod.name});
    if (object != nullptr && is_silent(*object)) return true;
    const auto state = stage_.store->load(pod.run);
    if (!state) return false;
    return std::ranges::any_of(state->attempts, [&](const results::StoredAttempt& one) {
        return one.chunk == pod.chunk && one.attempt == pod.attempt && one.end &&
               one.end->end == scan::AttemptEnd::NodeLost;
    });
}

void Checks::count_live(const Pod& pod) {
    std::vector<std::string> names;
    bool same_attempt = false;
    int others = 0;
    for (const auto& [uid, other] : live_) {
        if (other.run != pod.run || other.chunk != pod.chunk) continue;
        names.push_back(other.name);
        if (other.name != pod.name && other.attempt == pod.attempt) same_attempt = true;
        if (other.name != pod.name && !is_lost(other)) ++others;
    }
    if (same_attempt || others > 0)
        stage_.violate("I1", fmt::format("live at once: {}", base::join(names, ", ")));
}

void Checks::take_job(const Change& change) {
    const Json& object = *change.object;
    const auto uid = base::get_string(object["metadata"], "uid");
    if (change.type == Change::Type::Deleted) {
        jobs_.erase(uid);
        return;
    }
    const Json& status = member(object, "status");
    if (base::dump_json(status).size() > kStatusBytesMax)
        stage_.violate("status", "larger than 64 KiB");
    const auto run_id = base::get_string(status, "runID");
    Job& job = jobs_[uid];
    if (run_id.empty()) {
        if (!job.run_id.empty()) stage_.violate("I4", "the status has lost its runID");
        return;
    }
    if (job.run_id != run_id) {
        const bool goes_on = job.run_id.empty() || job.final_facts;
        if (!goes_on) stage_.violate("I4", "a run was replaced before its end: " + job.run_id);
        if (control::run_number(uid, run_id) <= control::run_number(uid, job.run_id))
            stage_.violate("I4", "runID went back to " + run_id);
        job = {.run_id = run_id};
    }
    const results::RunKey run{
        .namespace_ = change.key.namespace_, .job = change.key.name, .run_id = run_id};
    check_status(job, run, status);
}

void Checks::check_status(Job& job, const results::RunKey& run, const Json& status) {
    const auto facts = final_facts(status);
    const bool ended = status.contains("outcome");
    if (job.final_facts && *job.final_facts != facts)
        stage_.violate("I4", fmt::format("after the end: {} became {}", *job.final_facts, facts));
    if (ended) job.final_facts = facts;
    const Json& chunks = member(status, "chunks");
    std::int64_t ends = 0;
    for (const auto* name : {"succeeded", "failed", "timedOut", "cancelled", "skipped"})
        ends += base::get_int(chunks, name);
    if (ended && ends != base::get_int(chunks, "total"))
        stage_.violate("I4", "the ends of the chunks do not add up: " + base::dump_json(chunks));
    const auto listed =
        base::parse_intervals(base::get_string(status, "succeededChunks"), kChunksMax);
    const std::set<std::uint32_t> now =
        listed ? std::set<std::uint32_t>(listed->begin(), listed->end())
               : std::set<std::uint32_t>();
    if (!std::ranges::includes(now, job.succeeded))
        stage_.violate("I2", "a chunk that had succeeded does not count any more");
    if (now.size() > job.succeeded.size()) {
        const auto state = stage_.store->load(run);
        for (const auto index : now) {
            const bool committed =
                state && index < state->chunks.size() && state->chunks[index].committed;
            if (!committed)
                stage_.violate("I2", fmt::format("chunk {} counts and is not committed", index));
        }
    }
    job.succeeded = now;
}

void Checks::at_end(const results::RunKey& run, const Json& status) {
    const auto state = stage_.store->load(run);
    if (!state) return;
    std::uint64_t done = 0;
    std::uint64_t ok = 0;
    for (const auto& chunk : state->chunks) {
        done += chunk.done.total();
        ok += chunk.done.ok;
    }
    std::uint64_t acknowledged = 0;
    for (const auto& [run_id, chunk, unit] : stage_.acknowledged)
        acknowledged += run_id == run.run_id ? 1u : 0u;
    if (done < acknowledged)
        stage_.violate("I3", fmt::format("{} units were acknowledged, {} are in the store",
                                         acknowledged, done));
    const auto units =
        static_cast<std::uint64_t>(base::get_int(member(status, "units"), "succeeded"));
    const auto findings =
        static_cast<std::uint64_t>(base::get_int(member(status, "findings"), "total"));
    if (units != ok)
        stage_.violate("I3", fmt::format("status counts {} units, the store has {}", units, ok));
    if (findings != ok * static_cast<std::uint64_t>(options_.findings_per_unit))
        stage_.violate("I3", fmt::format("{} findings of {} units", findings, ok));
    const auto planned = state->plan ? state->plan->unit_count : 0;
    if (ok < planned && base::get_int(status, "coveragePercent") >= 100)
        stage_.violate("I10", "units are missing and coverage is 100");
    std::map<std::int64_t, std::pair<int, int>> ends;  // charged, free
    for (const auto& attempt : state->attempts) {
        if (!attempt.end || attempt.chunk < 0) continue;
        const bool neutral = attempt.end->end == scan::AttemptEnd::Committed ||
                             attempt.end->end == scan::AttemptEnd::Cancelled;
        if (neutral) continue;
        ++(attempt.end->charged ? ends[attempt.chunk].first : ends[attempt.chunk].second);
    }
    for (const auto& [chunk, count] : ends) {
        if (count.first > 1 + options_.backoff_limit || count.second > kFreeEndsMax)
            stage_.violate("I1", fmt::format("chunk {} has {} charged and {} free ends", chunk,
                                             count.first, count.second));
    }
    for (const auto& attempt : state->attempts) {
        if (!attempt.commit || attempt.commit->status != scan::StreamStatus::Complete) continue;
        base::Sha256 digest;
        (void)stage_.store->each_segment(
            run,
            [&](const results::ResultStore::SegmentRef&, std::string_view bytes) -> base::Result<> {
                digest.update(bytes);
                return {};
            },
            results::ResultStore::Only{.chunk = attempt.chunk, .attempt = attempt.attempt});
        if (digest.hex() != attempt.commit->sha256)
            stage_.violate("I2", fmt::format("chunk {}: another digest", attempt.chunk));
    }
}

void Checks::nothing_left(const std::string& job_uid, bool after_cleanup) {
    const auto when = after_cleanup ? "after cleanup" : "after deletion";
    for (const auto* resource : {&kube::kPods, &kube::kConfigMaps}) {
        for (const auto& object : stage_.server.all(*resource)) {
            if (owner_of(*object) != job_uid || is_silent(*object)) continue;
            // What somebody else took the labels from goes with the job.
            const Json& labels = member((*object)["metadata"], "labels");
            if (after_cleanup && !labels.contains(control::kRunLabel)) continue;
            stage_.violate("I5",
                           fmt::format("{} {} is left {}", resource->kind,
                                       base::get_string((*object)["metadata"], "name"), when));
        }
    }
}

}  // namespace sim
