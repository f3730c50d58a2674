#include "operator/api/handlers.h"

#include "base/gzip.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "operator/api/answers.h"
#include "operator/api/plan_check.h"
#include "operator/api/segment_check.h"

#include <fmt/format.h>

#include <utility>

namespace api {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

IngestEvent event_of(IngestEvent::Kind kind, const results::AttemptKey& attempt) {
    IngestEvent event{.kind = kind, .attempt = attempt};
    return event;
}

std::string_view trimmed(std::string_view line) { return base::trim(line); }

std::string list_json(const std::vector<std::string>& words) {
    return base::dump_json(base::Json(words));
}

}  // namespace

void Handlers::refuse(Call& call, const base::Error& error) {
    auto reply = answer_for(error);
    const bool is_callers_fault = reply.status == 400 || reply.status == 409;
    if (is_callers_fault) {
        base::log::warn("result rejected", {{"job", call.attempt.run.job},
                                            {"run", call.attempt.run.run_id},
                                            {"chunk", call.attempt.chunk},
                                            {"attempt", call.attempt.attempt},
                                            {"status", reply.status},
                                            {"why", error.message()}});
    }
    call.respond(std::move(reply));
}

void Handlers::store(Call& call, results::Write write,
                     std::move_only_function<std::vector<IngestEvent>()> settle) {
    store_.submit(std::move(write), [this, call = std::move(call),
                                     settle = std::move(settle)](Result<> stored) mutable {
        outbox_.post(std::move(call),
                     [stored = std::move(stored), settle = std::move(settle)]() mutable {
                         if (!stored) return Outbox::Outcome{.reply = answer_for(stored.error())};
                         return Outbox::Outcome{.events = settle(), .reply = done_answer()};
                     });
    });
}

void Handlers::handle(Call call) {
    const auto handled = dispatch(call);
    if (!handled) refuse(call, handled.error());
}

Result<> Handlers::dispatch(Call& call) {
    switch (call.route.kind) {
    case Route::Kind::Plan: return put_plan(call);
    case Route::Kind::Input:
        if (!call.digest.empty()) return put_input(call);
        return reply(call, get_input(call));
    case Route::Kind::RedactionKey: return reply(call, get_redaction_key(call));
    case Route::Kind::Work: return reply(call, get_work(call));
    case Route::Kind::Segment: return put_segment(call);
    case Route::Kind::Commit: return commit(call);
    }
    return fail(ErrorKind::Internal, "unknown route");
}

Result<> Handlers::reply(Call& call, Result<net::Reply> answer) {
    if (!answer) return std::unexpected(answer.error());
    call.respond(std::move(*answer));
    return {};
}

Result<> Handlers::put_plan(Call& call) {
    const auto lines = TRY(inflate(call.body, scan::kPlanBytesMax, call.digest));
    auto plan = TRY(scan::parse_plan(lines));
    const auto state = TRY(store_.load(call.attempt.run));
    const auto job = TRY(scan::parse_job(state.job_json, "job"));
    TRY(check_plan(job.spec, plan));
    results::PutPlan write{.run = call.attempt.run,
                           .sha256 = call.digest,
                           .gzip_lines = std::move(call.body),
                           .plan = std::move(plan)};
    const auto attempt = call.attempt;
    store(call, std::move(write),
          [attempt] { return std::vector{event_of(IngestEvent::Kind::PlanAccepted, attempt)}; });
    return {};
}

Result<> Handlers::put_input(Call& call) {
    auto bytes = TRY(inflate(call.body, limits_.input_bytes_max, call.digest));
    const auto size = bytes.size();
    const auto run = call.attempt.run;
    TRY(ledger_.room_for_input(run, size));
    results::PutInput write{.run = run, .sha256 = call.digest, .bytes = std::move(bytes)};
    store(call, std::move(write), [this, run, size] {
        ledger_.input_stored(run, size);
        return std::vector<IngestEvent>();
    });
    return {};
}

Result<> Handlers::put_segment(Call& call) {
    const auto number = call.route.number;
    auto segment = TRY(check_segment(call.attempt, number, call.digest, call.body));
    const auto size = segment.bytes.size();
    const auto room = ledger_.room_for(call.attempt, number, size, segment.facts);
    auto event = event_of(IngestEvent::Kind::SegmentStored, call.attempt);
    auto truncated = event_of(IngestEvent::Kind::Truncated, call.attempt);
    if (!room) {
        if (room.error().kind() != ErrorKind::TooLarge || !ledger_.mark_truncated(call.attempt))
            return room;
        outbox_.post(std::move(call), [truncated = std::move(truncated),
                                       reply = answer_for(room.error())]() mutable {
            return Outbox::Outcome{.events = {std::move(truncated)}, .reply = std::move(reply)};
        });
        return {};
    }
    ledger_.hash(call.attempt, number, segment.bytes);
    event.facts = segment.facts;
    if (segment.end) event.pause_seconds = segment.end->pause_seconds;
    results::PutSegment write{.attempt = call.attempt,
                              .number = number,
                              .sha256 = call.digest,
                              .bytes = size,
                              .gzip_body = std::move(call.body),
                              .facts = std::move(segment.facts)};
    const bool ends_truncated = segment.end && segment.end->truncated;
    store(call, std::move(write),
          [this, number, size, ends_truncated, event = std::move(event),
           truncated = std::move(truncated)]() mutable {
              std::vector<IngestEvent> events;
              if (ends_truncated && ledger_.mark_truncated(event.attempt))
                  events.push_back(std::move(truncated));
              const bool is_new =
                  ledger_.segment_stored(event.attempt, number, size, event.facts.lines);
              if (is_new) events.push_back(std::move(event));
              return events;
          });
    return {};
}

Result<> Handlers::commit(Call& call) {
    const auto commit = TRY(scan::parse_commit(call.body));
    TRY(ledger_.check_digest(call.attempt, commit));
    auto event = event_of(IngestEvent::Kind::Committed, call.attempt);
    event.commit = commit;
    results::PutCommit write{.attempt = call.attempt, .commit = commit};
    store(call, std::move(write), [this, event = std::move(event)]() mutable {
        std::vector<IngestEvent> events;
        if (ledger_.mark_committed(event.attempt)) events.push_back(std::move(event));
        return events;
    });
    return {};
}

Result<net::Reply> Handlers::get_input(const Call& call) {
    net::Reply reply;
    reply.content_type = "application/octet-stream";
    reply.body = TRY(store_.blob(call.attempt.run, results::BlobKind::Input, call.route.digest));
    return reply;
}

Result<net::Reply> Handlers::get_redaction_key(const Call& call) {
    const auto& run = call.attempt.run;
    const auto key = TRY(store_.blob(run, results::BlobKind::RedactionKey, run.namespace_));
    net::Reply reply;
    reply.body = base::dump_json({{"key", base::hex_encode(key)}});
    return reply;
}

Result<net::Reply> Handlers::get_work(const Call& call) {
    const auto chunk = static_cast<std::uint32_t>(call.attempt.chunk);
    const auto work = TRY(store_.work(call.attempt.run, chunk));
    const auto head = TRY(ledger_.plan_head(call.attempt.run));
    net::Reply reply;
    reply.body =
        fmt::format(R"({{"chunk":{},"done":{},"suspect":{},"plan":{}}})", trimmed(work.chunk_line),
                    list_json(work.done_units), list_json(work.suspect_units), trimmed(head));
    return reply;
}

}  // namespace api
