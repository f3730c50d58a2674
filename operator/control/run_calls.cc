// A run's calls to the API server, and what their answers change. Creating what exists and is ours
// is success; deleting what is gone is success; one failure does not stop the others.
#include "base/json.h"
#include "base/text.h"
#include "kube/backoff.h"
#include "kube/version.h"
#include "operator/control/names.h"
#include "operator/control/run.h"
#include "operator/observe/observe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace control {

using core::Attempt;
using core::Phase;
using kube::Request;

namespace {

constexpr std::size_t kNoteMax = 900;  // status keeps 1 KiB of a message

base::Duration delay_of(const RunSettings& settings, const core::AttemptId& id, int tries) {
    kube::Backoff backoff(settings.call_retry_min, settings.call_retry_max,
                          static_cast<std::uint64_t>(id.chunk + 2) * 1'000 +
                              static_cast<std::uint64_t>(tries));
    base::Duration wait{};
    for (int i = 0; i <= tries && i < 10; ++i) wait = backoff.next();
    return std::max(wait, settings.call_retry_min);
}

std::optional<kube::Pod> pod_in(std::string_view body) {
    auto pod = kube::parse_pod(body, {.labels = kPodLabels, .main_container = kRunnerContainer});
    if (!pod) return std::nullopt;
    return std::move(*pod);
}

bool creates(Purpose purpose) {
    return purpose == Purpose::Account || purpose == Purpose::Input ||
           purpose == Purpose::InputCheck || purpose == Purpose::Create;
}

bool is_owned(const kube::Pod& pod, std::string_view uid) {
    return pod.controller && pod.controller->uid == uid;
}

bool is_owned_object(std::string_view body, std::string_view uid) {
    const auto object = base::parse_json(body);
    if (!object) return false;
    const base::Json* metadata = base::find(*object, "metadata");
    const base::Json* owners =
        metadata == nullptr ? nullptr : base::find(*metadata, "ownerReferences");
    if (owners == nullptr || !owners->is_array()) return false;
    return std::ranges::any_of(
        *owners, [&](const base::Json& one) { return base::get_string(one, "uid") == uid; });
}

}  // namespace

std::string_view to_string(Purpose purpose) {
    switch (purpose) {
    case Purpose::Account: return "account";
    case Purpose::Input: return "input";
    case Purpose::InputCheck: return "input-check";
    case Purpose::Create: return "create";
    case Purpose::CreateCheck: return "create-check";
    case Purpose::Verify: return "verify";
    case Purpose::Delete: return "delete";
    case Purpose::Mounts: return "mounts";
    case Purpose::Status: return "status";
    case Purpose::Reread: return "reread";
    case Purpose::CleanPods: return "clean-pods";
    case Purpose::CleanInput: return "clean-input";
    case Purpose::DeleteJob: return "delete-job";
    }
    return "";
}

void Run::send_errands(base::Instant now, Desk& desk) {
    std::deque<Errand> later;
    for (Errand& errand : std::exchange(errands_, {})) {
        if (errand.due > now) {
            wake(errand.due);
            later.push_back(errand);
        } else if (!send(errand, desk)) {
            later.push_back(errand);
        }
    }
    errands_.insert(errands_.begin(), later.begin(), later.end());
}

// False: not yet.
bool Run::send(const Errand& errand, Desk& desk) {
    // A try that comes after the end would leave behind what it makes.
    if (creates(errand.purpose) && (seen_.run_closed || is_finished())) return true;
    if (errand.purpose == Purpose::Create && setup_ != Setup::Done) {
        if (setup_ == Setup::None) {
            setup_ = Setup::UnderWay;
            setup_left_ = 2;
            for (const auto purpose : {Purpose::Account, Purpose::Input})
                send({.purpose = purpose}, desk);
        }
        return false;
    }
    if (errand.purpose == Purpose::Verify) pods_[errand.attempt].verifying = true;
    if (auto request = request_of(errand)) {
        desk.calls.push_back(
            {.purpose = errand.purpose, .attempt = errand.attempt, .request = std::move(*request)});
    }
    return true;
}

std::optional<Request> Run::request_of(const Errand& errand) const {
    const kube::ObjectKey pod{key_.namespace_, pod_name(key_, errand.attempt)};
    const kube::ObjectKey input{key_.namespace_, input_name(key_)};
    const JobOwner owner{.name = job_.key.name, .uid = job_.uid};
    switch (errand.purpose) {
    case Purpose::Account:
        return kube::create(kube::kServiceAccounts, key_.namespace_,
                            runner_account_json(key_.namespace_));
    case Purpose::Input: {
        const scan::Job frozen = job_.job.value_or(scan::Job{});
        return kube::create(kube::kConfigMaps, key_.namespace_,
                            input_json(settings_.pods, owner, frozen, key_));
    }
    case Purpose::InputCheck: return kube::get(kube::kConfigMaps, input);
    case Purpose::Create: {
        const auto start = starts_.find(errand.attempt);
        if (start == starts_.end()) return std::nullopt;
        return kube::create(
            kube::kPods, key_.namespace_,
            pod_json(settings_.pods, owner, job_.job.value_or(scan::Job{}), key_, start->second));
    }
    case Purpose::CreateCheck:
    case Purpose::Verify: return kube::get(kube::kPods, pod);
    case Purpose::Delete: {
        const auto record = pods_.find(errand.attempt);
        if (record == pods_.end() || record->second.uid.empty()) return std::nullopt;
        return kube::remove(kube::kPods, pod, {.uid = record->second.uid});
    }
    case Purpose::Mounts:
        return kube::list(kube::kEvents, key_.namespace_,
                          {.field_selector = fmt::format("regarding.name={},reason=FailedMount",
                                                         pod_name(key_, errand.attempt)),
                           .limit = 10});
    case Purpose::Status: return std::nullopt;  // keep_status sends it itself
    case Purpose::Reread: return kube::get(kScanJobs, job_.key);
    case Purpose::CleanPods:
        return kube::remove_collection(
            kube::kPods, key_.namespace_,
            fmt::format("{},{}={}", kPodSelector, kRunLabel, key_.run_id));
    case Purpose::CleanInput: return kube::remove(kube::kConfigMaps, input);
    case Purpose::DeleteJob: return kube::remove(kScanJobs, job_.key, {.uid = job_.uid});
    }
    return std::nullopt;
}

void Run::retry(Purpose purpose, const core::AttemptId& id, base::Instant now) {
    int& tries = tries_[{purpose, id}];
    errands_.push_back({.purpose = purpose,
                        .attempt = id,
                        .tries = ++tries,
                        .due = now + delay_of(settings_, id, tries)});
}

void Run::take_answer(Purpose purpose, const core::AttemptId& id, const kube::Answer& answer,
                      base::Instant now, Desk& desk) {
    // Asking again and again may succeed each time.
    if (!answer.error && purpose != Purpose::Verify) tries_.erase({purpose, id});
    switch (purpose) {
    case Purpose::Account:
    case Purpose::Input:
    case Purpose::InputCheck: return take_setup(purpose, answer, now, desk);
    case Purpose::Create: return take_created(id, answer, now, desk);
    case Purpose::CreateCheck:
    case Purpose::Verify: return take_found(purpose, id, answer, now, desk);
    case Purpose::Delete: return take_deleted(id, answer, now, desk);
    case Purpose::Mounts: return take_mounts(id, answer);
    case Purpose::Status: return take_status(answer, now);
    case Purpose::Reread: return take_reread(answer, now);
    case Purpose::CleanInput:
        if (answer.error && kube::is_transient(*answer.error)) return retry(purpose, id, now);
        return clean_pods();
    case Purpose::CleanPods:
    case Purpose::DeleteJob:
        if (answer.error && kube::is_transient(*answer.error)) retry(purpose, id, now);
        return;
    }
}

void Run::clear_away(Desk& desk) {
    if (!seen_.objects_left) return;
    seen_.objects_left = false;
    clean_pods();
    errands_.push_back({.purpose = Purpose::CleanInput});
    for (const Errand& errand : std::exchange(errands_, {})) send(errand, desk);
}

// All at once, which cannot tell whose they are; one by one where some are not ours.
void Run::clean_pods() {
    if (foreign_.empty()) return errands_.push_back({.purpose = Purpose::CleanPods});
    for (const auto& [id, pod] : pods_) {
        if (!pod.uid.empty()) errands_.push_back({.purpose = Purpose::Delete, .attempt = id});
    }
}

// Quota is no failure: the job waits. Policy, admission and RBAC are told as they came.
void Run::refused(const core::AttemptId& id, const kube::ApiError& error, base::Instant now,
                  Desk& desk) {
    const bool quota = kube::is_quota_exceeded(error);
    seen_.refusal = core::Observed::Refusal{
        .reason = quota ? scan::Reason::QuotaExceeded : scan::Reason::ApiRefused,
        .message = error.message,
        .retry_at = now + (quota ? settings_.quota_retry : settings_.refusal_retry)};
    desk.log.push_back({.warning = true,
                        .message = "The API server refused what a job needs",
                        .run = key_,
                        .detail = error.message});
    // Attempts whose Pods were to follow would meet the same refusal.
    forget_start(id);
    for (const Errand& errand : std::exchange(errands_, {})) {
        if (errand.purpose == Purpose::Create) {
            forget_start(errand.attempt);
        } else {
            errands_.push_back(errand);
        }
    }
}

void Run::take_setup(Purpose purpose, const kube::Answer& answer, base::Instant now, Desk& desk) {
    const auto fail = [&](const kube::ApiError& error) {
        if (kube::is_transient(error)) return retry(purpose, {}, now);
        setup_ = Setup::None;
        refused({}, error, now, desk);
    };
    if (purpose == Purpose::InputCheck) {
        if (answer.error) return fail(*answer.error);
        if (!is_owned_object(answer.body, job_.uid)) {
            kube::ApiError foreign{.code = 409, .reason = "Conflict"};
            foreign.message =
                fmt::format("ConfigMap {} is there and belongs to somebody else: remove it, or "
                            "give the job another name",
                            input_name(key_));
            return fail(foreign);
        }
    } else if (answer.error && kube::is_already_exists(*answer.error)) {
        if (purpose == Purpose::Input) {
            errands_.push_back({.purpose = Purpose::InputCheck});
            return;
        }
    } else if (answer.error) {
        return fail(*answer.error);
    }
    if (setup_ == Setup::UnderWay && --setup_left_ <= 0) setup_ = Setup::Done;
}

void Run::take_created(const core::AttemptId& id, const kube::Answer& answer, base::Instant now,
                       Desk& desk) {
    if (!answer.error) {
        seen_.refusal.reset();
        starts_.erase(id);
        if (const auto pod = pod_in(answer.body)) take_pod(*pod, now, desk);
        return;
    }
    const kube::ApiError& error = *answer.error;
    if (kube::is_already_exists(error)) {
        errands_.push_back({.purpose = Purpose::CreateCheck, .attempt = id});
    } else if (kube::is_transient(error) || kube::is_conflict(error)) {
        // A conflict on creating: the quota was changed in between.
        retry(Purpose::Create, id, now);
    } else if (kube::is_not_found(error) || kube::is_namespace_terminating(error)) {
        forget_start(id);  // the namespace goes, and the job with it
        seen_.refusal = core::Observed::Refusal{.reason = scan::Reason::ApiRefused,
                                                .message = error.message,
                                                .retry_at = now + settings_.refusal_retry};
    } else {
        const bool no_account = error.message.contains("service account");
        if (no_account) setup_ = Setup::None;
        refused(id, error, now, desk);
    }
}

void Run::take_found(Purpose purpose, const core::AttemptId& id, const kube::Answer& answer,
                     base::Instant now, Desk& desk) {
    const auto record = pods_.find(id);
    if (record != pods_.end()) record->second.verifying = false;
    if (!answer.error) {
        const auto pod = pod_in(answer.body);
        if (pod && is_owned(*pod, job_.uid) &&
            !(purpose == Purpose::CreateCheck && pod->deletion_at)) {
            starts_.erase(id);
            return is_labelled(*pod, id) ? take_pod(*pod, now, desk) : remove_unseen(*pod, id, now);
        }
        // A namesake: it is not ours to touch, or on its way out. Wait until the name is free.
        if (purpose == Purpose::CreateCheck) return retry(Purpose::Create, id, now);
    } else if (kube::is_transient(*answer.error)) {
        return retry(purpose, id, now);
    } else if (purpose == Purpose::CreateCheck) {
        return retry(Purpose::Create, id, now);
    }
    if (record != pods_.end()) pods_.erase(record);
    end_attempt(id,
                {.end = scan::AttemptEnd::Deleted,
                 .message = "its Pod was gone before an end was seen",
                 .at = now},
                desk);
}

// Somebody took its labels: no watch tells of it any more. It is deleted, and asked for until it
// is gone.
void Run::remove_unseen(const kube::Pod& pod, const core::AttemptId& id, base::Instant now) {
    PodRecord& record = pods_[id];
    record.uid = pod.uid;
    record.deletion_at = pod.deletion_at;
    record.verifying = true;
    if (!pod.deletion_at) errands_.push_back({.purpose = Purpose::Delete, .attempt = id});
    retry(Purpose::Verify, id, now);
}

void Run::take_deleted(const core::AttemptId& id, const kube::Answer& answer, base::Instant now,
                       Desk& desk) {
    if (!answer.error) return;  // the watch tells when it is gone
    // A conflict: the uid is another Pod's, ours is gone.
    if (kube::is_not_found(*answer.error) || kube::is_conflict(*answer.error))
        return pod_gone(pod_name(key_, id), desk);
    if (kube::is_transient(*answer.error)) return retry(Purpose::Delete, id, now);
    desk.log.push_back({.warning = true,
                        .message = "A Pod could not be deleted",
                        .run = key_,
                        .detail = answer.error->message});
    retry(Purpose::Delete, id, now);
}

// The newest says what is missing. No Event, or no right to read them: the start deadline decides.
void Run::take_mounts(const core::AttemptId& id, const kube::Answer& answer) {
    const auto list = answer.error ? base::Result<base::Json>(base::Json::object())
                                   : base::parse_json(answer.body);
    const base::Json* items = list ? base::find(*list, "items") : nullptr;
    if (items == nullptr || !items->is_array() || items->empty()) return;
    const auto note = base::get_string(items->back(), "note");
    const bool missing = note.contains("not found") || note.contains("references non-existent");
    Attempt* attempt = observe::find_attempt(seen_, id);
    if (!missing || attempt == nullptr || attempt->phase == Phase::Ended) return;
    missing_mounts_[id] = base::ellipsize(note, kNoteMax);
    attempt->hold = core::Hold::MissingConfig;
    attempt->hold_message = missing_mounts_[id];
    // Ours is made again: the Pod waits for it.
    if (note.contains(input_name(key_))) {
        missing_mounts_.erase(id);
        attempt->hold = core::Hold::None;
        errands_.push_back({.purpose = Purpose::Input});
    }
}

void Run::take_status(const kube::Answer& answer, base::Instant now) {
    const auto sent = std::exchange(sending_, std::nullopt);
    if (!answer.error) {
        if (auto job = parse_scan_job(answer.body)) take_newer(std::move(*job));
        if (sent) status_kept(*sent, sending_generation_);
        return;
    }
    sent_json_.clear();
    if (kube::is_not_found(*answer.error)) {
        gone_ = true;
    } else if (kube::is_conflict(*answer.error)) {
        rereading_ = true;
        errands_.push_back({.purpose = Purpose::Reread});
    } else {
        status_error_ = answer.error->message;
        status_not_before_ = now + delay_of(settings_, {}, ++status_tries_);
        wake(status_not_before_);
    }
}

// A watch may have told more meanwhile.
void Run::take_newer(ScanJob job) {
    const bool older = job.uid == job_.uid && job.resource_version != job_.resource_version &&
                       kube::covers(job_.resource_version, job.resource_version);
    if (!older) take_job(std::move(job));
}

void Run::take_reread(const kube::Answer& answer, base::Instant now) {
    if (!answer.error) {
        rereading_ = false;
        if (auto job = parse_scan_job(answer.body)) take_newer(std::move(*job));
        return;
    }
    if (kube::is_not_found(*answer.error)) {
        gone_ = true;
        return;
    }
    retry(Purpose::Reread, {}, now);
}

}  // namespace control
