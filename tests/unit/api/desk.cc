#include "unit/api/desk.h"

#include "base/digest.h"
#include "base/gzip.h"

#include <fmt/format.h>

#include <future>

namespace api {

namespace {

constexpr std::string_view kJob = R"({"apiVersion": "scanfleet.dev/v1alpha1", "kind": "ScanJob",
  "metadata": {"name": "shop"},
  "spec": {"scanner": {"type": "Synthetic", "synthetic": {"unitCount": 3}}}})";

}  // namespace

std::string Desk::token(std::int64_t chunk, int attempt) {
    return fmt::format("token-{}-{}", chunk, attempt);
}

scan::PlanDocument Desk::plan() { return given::plan({{"u0", "u1"}, {"u2"}}).plan; }

void Desk::start(IngestLimits limits, Planned planned) {
    auto open = given::open_run();
    open.job_json = kJob;
    given::written(store_, std::move(open));
    if (planned == Planned::Yes) given::written(store_, given::plan({{"u0", "u1"}, {"u2"}}));
    ingest_ = std::make_unique<Ingest>(
        store_, callers_,
        IngestOptions{.limits = limits, .threads = 2, .on_event = [this](const IngestEvent& event) {
                          events_.with([&](auto& events) { events.push_back(event); });
                      }});
    for (const auto& attempt :
         {given::attempt(-1), given::attempt(0, 1), given::attempt(0, 2), given::attempt(1, 1)}) {
        callers_.expect(attempt, token(attempt.chunk, attempt.attempt));
    }
}

net::Reply Desk::ask(const Ask& ask) {
    net::RequestHead head;
    head.method = ask.method;
    head.target = ask.target.empty() ? "/ingest/v1/jobs/default/shop/r1/" + ask.path : ask.target;
    head.content_length = ask.body.size();
    if (!ask.token.empty()) head.headers.set("Authorization", "Bearer " + ask.token);
    if (!ask.digest.empty()) head.headers.set("x-scanfleet-sha256", ask.digest);
    auto admission = ingest_->admit(head);
    if (auto* refusal = std::get_if<net::Refuse>(&admission)) return refusal->reply;
    auto& accepted = std::get<net::Accept>(admission);
    EXPECT_LE(ask.body.size(), accepted.body_max);
    std::promise<net::Reply> answer;
    auto reply = answer.get_future();
    accepted.handle(ask.body, [answer = std::move(answer)](net::Reply r) mutable {
        answer.set_value(std::move(r));
    });
    return reply.get();
}

Ask Desk::segment_ask(const results::PutSegment& segment) {
    return {.method = "PUT",
            .path = fmt::format("chunks/{}/attempts/{}/segments/{}", segment.attempt.chunk,
                                segment.attempt.attempt, segment.number),
            .token = token(segment.attempt.chunk, segment.attempt.attempt),
            .body = segment.gzip_body,
            .digest = segment.sha256};
}

net::Reply Desk::put(const results::PutSegment& segment) { return ask(segment_ask(segment)); }

net::Reply Desk::post(const results::PutCommit& commit) {
    return ask({.method = "POST",
                .path = fmt::format("chunks/{}/attempts/{}/commit", commit.attempt.chunk,
                                    commit.attempt.attempt),
                .token = token(commit.attempt.chunk, commit.attempt.attempt),
                .body = scan::commit_to_json(commit.commit)});
}

Ask Desk::plan_ask(const scan::PlanDocument& plan) {
    const auto lines = scan::plan_to_lines(plan);
    return {.method = "PUT",
            .path = "plan",
            .token = token(-1, 1),
            .body = base::gzip(lines),
            .digest = base::sha256_hex(lines)};
}

results::RunState Desk::state() { return store_.load(given::run()).value_or(results::RunState{}); }

std::vector<IngestEvent> Desk::events() {
    return events_.with([](const auto& events) { return events; });
}

}  // namespace api
