#include "sim/ingest_desk.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "operator/api/segment_check.h"

#include <fmt/format.h>

#include <utility>

namespace sim {

using base::ErrorKind;

namespace {

// On loopback or in one cluster network.
constexpr int kNetworkLeast = 1;
constexpr int kNetworkMost = 8;
constexpr int kStoreLeast = 1;
constexpr int kStoreMost = 4;

std::string describe(const results::AttemptKey& key) {
    if (key.chunk < 0) return fmt::format("d-a{}", key.attempt);
    return fmt::format("c{}-a{}", key.chunk, key.attempt);
}

std::string describe(const IngestCall& call) {
    const auto who = describe(call.attempt);
    switch (call.kind) {
    case IngestCall::Kind::Work: return who + " GET work";
    case IngestCall::Kind::Segment: return fmt::format("{} PUT segment {}", who, call.number);
    case IngestCall::Kind::Commit: return who + " POST commit";
    case IngestCall::Kind::Plan: return who + " PUT plan";
    }
    return who;
}

int status_of(const base::Error& error) {
    if (results::wanted_segment(error)) return 412;
    switch (error.kind()) {
    case ErrorKind::Invalid: return 400;
    case ErrorKind::NotFound: return 404;
    case ErrorKind::Conflict: return 409;
    case ErrorKind::Forbidden: return 403;
    case ErrorKind::TooLarge: return 413;
    case ErrorKind::Unavailable:
    case ErrorKind::TimedOut: return 503;
    case ErrorKind::Cancelled: return 410;
    case ErrorKind::Internal: return 500;
    }
    return 500;
}

}  // namespace

IngestDesk::IngestDesk(Stage& stage, std::function<void(const api::IngestEvent&)> tell,
                       std::function<void()> crash)
    : stage_(stage), tell_(std::move(tell)), crash_(std::move(crash)) {}

void IngestDesk::open() {
    is_open_ = true;
    complete_ = false;
    roll_ = {};
    ledger_ = std::make_unique<api::Ledger>(*stage_.store, api::IngestLimits{});
}

void IngestDesk::close() {
    is_open_ = false;
    ++life_;
    for (auto& [token, reply] : std::exchange(waiting_, {})) {
        stage_.agenda.after(stage_.between(kNetworkLeast, kNetworkMost),
                            [answer = std::move(reply)]() mutable { answer({}); });
    }
}

void IngestDesk::order(const control::IngestOrder& order) {
    if (const auto* one = std::get_if<control::ExpectAttempt>(&order)) {
        // As api::PodCallers does.
        const auto* known = roll_.find(one->attempt);
        if (known != nullptr && (known->over || (one->pod_uid.empty() && !known->proof.empty())))
            return;
        roll_.expect(one->attempt, fmt::format("{}/{}", one->attempt.run.namespace_, one->pod_name),
                     one->pod_uid);
    } else if (const auto* forget = std::get_if<control::ForgetAttempt>(&order)) {
        roll_.forget(forget->attempt);
    } else if (const auto* run = std::get_if<control::CloseIngest>(&order)) {
        roll_.close_run(run->run);
        if (ledger_) ledger_->forget_run(run->run);
    }
}

void IngestDesk::call(IngestCall call, Reply reply) {
    const auto fault = stage_.meet(PointKind::Request, describe(call));
    const Token token = ++tokens_;
    if (fault == Fault::LoseAnswer) {
        waiting_.emplace(token, [](const IngestReply&) {});
        stage_.agenda.after(base::Duration(10'000),
                            [answer = std::move(reply)]() mutable { answer({}); });
    } else {
        waiting_.emplace(token, std::move(reply));
    }
    const auto delay = stage_.between(kNetworkLeast, kNetworkMost);
    if (fault == Fault::LoseRequest) {
        stage_.agenda.after(delay, [this, token] { respond(token, {}); });
        return;
    }
    stage_.agenda.after(delay, [this, token, asked = std::move(call)] { arrive(asked, token); });
}

int IngestDesk::refusal_of(const IngestCall& call) const {
    const auto* entry = roll_.find(fmt::format("{}/{}", call.namespace_, call.pod));
    if (entry == nullptr) return complete_ ? 403 : 503;
    if (entry->proof.empty() && !entry->over) return 503;
    if (entry->proof != call.uid || entry->attempt != call.attempt) return 403;
    return entry->over ? 410 : 0;
}

void IngestDesk::arrive(const IngestCall& call, Token token) {
    if (!waiting_.contains(token)) return;  // the operator died meanwhile
    if (!is_open_) return respond(token, {});
    if (const int status = refusal_of(call); status != 0) return respond(token, {.status = status});
    switch (call.kind) {
    case IngestCall::Kind::Work: return give_work(call, token);
    case IngestCall::Kind::Segment: return take_segment(call, token);
    case IngestCall::Kind::Commit: return take_commit(call, token);
    case IngestCall::Kind::Plan: return take_plan(call, token);
    }
}

void IngestDesk::give_work(const IngestCall& call, Token token) {
    auto work =
        stage_.store->work(call.attempt.run, static_cast<std::uint32_t>(call.attempt.chunk));
    if (!work) return refuse(token, work.error());
    respond(token, {.status = 200, .work = std::move(*work)});
}

void IngestDesk::take_segment(const IngestCall& call, Token token) {
    const auto body = base::gzip(call.body);
    const auto sha = base::sha256_hex(call.body);
    auto segment = api::check_segment(call.attempt, call.number, sha, body);
    if (!segment) return refuse(token, segment.error());
    const auto size = segment->bytes.size();
    if (auto room = ledger_->room_for(call.attempt, call.number, size, segment->facts); !room)
        return refuse(token, room.error());
    ledger_->hash(call.attempt, call.number, segment->bytes);
    api::IngestEvent event{.kind = api::IngestEvent::Kind::SegmentStored,
                           .attempt = call.attempt,
                           .facts = segment->facts};
    write(
        results::PutSegment{.attempt = call.attempt,
                            .number = call.number,
                            .sha256 = sha,
                            .bytes = size,
                            .gzip_body = body,
                            .facts = std::move(segment->facts)},
        describe(call), token, [this, event = std::move(event), number = call.number, size, token] {
            if (ledger_->segment_stored(event.attempt, number, size, event.facts.lines))
                tell_(event);
            for (const auto& unit : event.facts.unit_ends)
                stage_.acknowledged.emplace(event.attempt.run.run_id, event.attempt.chunk, unit.id);
            respond(token, {.status = 200});
        });
}

void IngestDesk::take_commit(const IngestCall& call, Token token) {
    if (auto fits = ledger_->check_digest(call.attempt, call.commit); !fits)
        return refuse(token, fits.error());
    api::IngestEvent event{
        .kind = api::IngestEvent::Kind::Committed, .attempt = call.attempt, .commit = call.commit};
    write(results::PutCommit{.attempt = call.attempt, .commit = call.commit}, describe(call), token,
          [this, event = std::move(event), token] {
              if (ledger_->mark_committed(event.attempt)) tell_(event);
              respond(token, {.status = 200});
          });
}

void IngestDesk::take_plan(const IngestCall& call, Token token) {
    auto plan = scan::parse_plan(call.body);
    if (!plan) return refuse(token, plan.error());
    api::IngestEvent event{.kind = api::IngestEvent::Kind::PlanAccepted, .attempt = call.attempt};
    write(results::PutPlan{.run = call.attempt.run,
                           .sha256 = base::sha256_hex(call.body),
                           .gzip_lines = base::gzip(call.body),
                           .plan = std::move(*plan)},
          describe(call), token, [this, event = std::move(event), token] {
              tell_(event);
              respond(token, {.status = 200});
          });
}

void IngestDesk::write(results::Write write, std::string what, Token token,
                       std::move_only_function<void()> done) {
    const auto fault = stage_.meet(PointKind::Store, "store: " + what);
    if (fault == Fault::CrashBefore) return crash_();
    stage_.agenda.after(
        stage_.between(kStoreLeast, kStoreMost),
        [this, life = life_, fault, token, what = std::move(write),
         done = std::move(done)]() mutable {
            if (life != life_) return;  // it waited in the queue of a process that died
            if (fault == Fault::Refuse)
                return refuse(token, base::Error(ErrorKind::Unavailable, "the store is away"));
            auto stored = results::write_now(*stage_.store, std::move(what));
            if (fault == Fault::CrashAfter) return crash_();
            if (!stored) return refuse(token, stored.error());
            done();
        });
}

void IngestDesk::refuse(Token token, const base::Error& error) {
    stage_.tell("ingest", error.message());
    respond(token,
            {.status = status_of(error), .want = results::wanted_segment(error).value_or(0)});
}

void IngestDesk::respond(Token token, IngestReply reply) {
    auto found = waiting_.extract(token);
    if (found.empty()) return;
    stage_.agenda.after(stage_.between(kNetworkLeast, kNetworkMost),
                        [answer = std::move(found.mapped()), reply = std::move(reply)]() mutable {
                            answer(reply);
                        });
}

}  // namespace sim
