#include "sim/operator_host.h"

#include "base/json.h"
#include "operator/control/names.h"
#include "operator/results/merge_run.h"
#include "scan/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim {

using base::ErrorKind;
using base::Result;

namespace {

constexpr int kCallLeast = 2;
constexpr int kCallMost = 15;
constexpr int kStoreLeast = 1;
constexpr int kStoreMost = 4;
constexpr int kMergeLeast = 20;
constexpr int kMergeMost = 120;
// A Pod that is started again: image there, store opened, caches filled.
constexpr int kRestartLeast = 500;
constexpr int kRestartMost = 4'000;
// Planner runs of one key without anything new (I9).
constexpr std::uint64_t kTurnsWithoutInputMax = 10;
constexpr std::size_t kTopFindings = 50;
// Each life has call ids of its own, so that traces can be read.
constexpr kube::CallId kCallsPerLife = 1'000'000;

kube::ApiError no_answer(net::Failure failure) {
    kube::ApiError error;
    error.failure = failure;
    error.message = fmt::format("no answer ({})", net::to_string(failure));
    return error;
}

kube::Answer refused(int code, std::string reason, base::Duration retry_after) {
    kube::Answer answer{.status = code};
    kube::ApiError error;
    error.code = code;
    error.reason = std::move(reason);
    error.message = "on order";
    if (retry_after > base::Duration(0)) error.retry_after = retry_after;
    answer.error = std::move(error);
    return answer;
}

std::string describe(const kube::Request& request) {
    const auto path = request.path.substr(0, request.path.find('?'));
    return fmt::format("{} {}", request.method, path);
}

std::string describe(const results::Write& write) {
    struct Visitor {
        std::string operator()(const results::OpenRun&) const { return "OpenRun"; }
        std::string operator()(const results::PutPlan&) const { return "PutPlan"; }
        std::string operator()(const results::PutInput&) const { return "PutInput"; }
        std::string operator()(const results::PutSegment&) const { return "PutSegment"; }
        std::string operator()(const results::PutCommit&) const { return "PutCommit"; }
        std::string operator()(const results::StartedAttempt& one) const {
            return fmt::format("StartedAttempt {}:{}", one.attempt.chunk, one.attempt.attempt);
        }
        std::string operator()(const results::EndedAttempt& one) const {
            return fmt::format("EndedAttempt {}:{} {} {}", one.attempt.chunk, one.attempt.attempt,
                               scan::to_string(one.end), one.charged ? "charged" : "free");
        }
        std::string operator()(const results::CloseRun&) const { return "CloseRun"; }
        std::string operator()(const results::MarkMerged&) const { return "MarkMerged"; }
        std::string operator()(const results::PutStatus&) const { return "PutStatus"; }
    };
    return std::visit(Visitor{}, write);
}

Result<control::MergeFacts> merge_now(Stage& stage, const control::MergeOrder& order) {
    if (!stage.folder) return base::fail(ErrorKind::Internal, "no temporary folder");
    results::MergeOptions options{.folder = stage.folder->path() / order.run.run_id,
                                  .missing = order.missing};
    TRY(base::os::make_folders(options.folder));
    control::MergeFacts facts;
    facts.totals = TRY(results::merge_run(*stage.store, order.run, options));
    const auto page = TRY(results::findings_page(options.folder, 0, kTopFindings));
    base::Json top = base::Json::array();
    for (const auto& merged : page)
        top.push_back({{"fingerprint", merged.finding.id}, {"ruleID", merged.finding.rule_id}});
    facts.top_findings_json = base::dump_json(top);
    facts.baseline_missing = !order.baseline_job.empty();
    return facts;
}

}  // namespace

OperatorHost::OperatorHost(Stage& stage, control::ControllerOptions options)
    : stage_(stage), options_(std::move(options)),
      ingest_(
          stage,
          [this](const api::IngestEvent& event) {
              later(stage_.between(0, 1), [this, event] { deliver(event, true); });
          },
          [this] { kill(); }) {}

OperatorHost::~OperatorHost() = default;

template <typename What>
void OperatorHost::later(base::Duration delay, What what) {
    stage_.agenda.after(delay, [this, life = life_, what = std::move(what)]() mutable {
        if (life == life_ && controller_) what();
    });
}

void OperatorHost::start() {
    if (controller_ || stays_down_) return;
    ++starts_;
    stage_.tell("operator", "starts");
    auto options = options_;
    options.first_call = 1 + kCallsPerLife * static_cast<kube::CallId>(starts_);
    options.seed = stage_.chance.next();
    options.events.seed = options.seed;
    if (options.election) {
        options.election->identity = fmt::format("operator-{}", starts_);
        options.election->seed = options.seed;
    }
    controller_ = std::make_unique<control::Controller>(std::move(options));
    turns_at_input_ = 0;
    ingest_.open();
    deliver(std::monostate{}, true);
}

void OperatorHost::kill() {
    if (!controller_) return;
    stage_.tell("operator", "DIES");
    ++life_;
    controller_.reset();
    ingest_.close();
    for (const auto& [id, stream] : std::exchange(streams_, {})) stage_.server.close_watch(id);
    hung_up_.clear();
    if (stays_down_) return;
    stage_.agenda.after(stage_.between(kRestartLeast, kRestartMost), [this] { start(); });
}

void OperatorHost::stop() {
    stays_down_ = true;
    kill();
}

void OperatorHost::deliver(const control::Event& event, bool is_input) {
    if (!controller_) return;
    auto effects = controller_->step(event, stage_.agenda.now());
    check_heat(is_input);
    if (!perform(std::move(effects))) return;
    // As operator/app does after each event.
    ingest_.set_complete(controller_->knows_callers() &&
                         controller_->is_leader(stage_.agenda.now().ticks));
    plan_wake();
}

void OperatorHost::check_heat(bool is_input) {
    const auto counts = controller_->counts();
    const auto jobs = std::max<std::uint64_t>(counts.jobs, 1);
    if (is_input) {
        turns_at_input_ = counts.turns;
    } else if (counts.turns - turns_at_input_ > kTurnsWithoutInputMax * jobs) {
        stage_.violate("I9", fmt::format("{} planner runs without a new input",
                                         counts.turns - turns_at_input_));
        turns_at_input_ = counts.turns;
    }
}

void OperatorHost::plan_wake() {
    const auto at = controller_->wake_at();
    if (!at) return;
    const auto wake = ++wakes_;
    // Never in no time: that would be a loop in which nothing can happen.
    const auto delay = std::max(*at - stage_.agenda.now().ticks, base::Duration(1));
    later(delay, [this, wake] {
        if (wake == wakes_) deliver(std::monostate{}, false);
    });
}

// False: it died in the middle.
bool OperatorHost::perform(control::Effects effects) {
    for (const auto& order : effects.ingest) ingest_.order(order);
    for (auto& write : effects.writes) {
        if (!submit(std::move(write))) return false;
    }
    for (const auto& run : effects.loads) {
        if (!load(run)) return false;
    }
    for (auto& order : effects.merges) {
        if (!merge(std::move(order))) return false;
    }
    for (const auto id : effects.kube.hang_ups) {
        hung_up_.insert(id);
        streams_.erase(id);
        stage_.server.close_watch(id);
    }
    for (const auto& call : effects.kube.calls) {
        if (!(call.stream ? open(call) : send(call))) return false;
    }
    for (const auto& line : effects.log)
        stage_.tell("log", fmt::format("{} {}", line.message, line.detail));
    return true;
}

// ---- the store ----

bool OperatorHost::submit(control::Desk::NewWrite write) {
    const auto fault = stage_.meet(PointKind::Write, "store: " + describe(write.write));
    if (fault == Fault::CrashBefore) {
        kill();
        return false;
    }
    // One writer: in order.
    store_busy_until_ = std::max(store_busy_until_ + base::Duration(1),
                                 stage_.agenda.passed() + stage_.between(kStoreLeast, kStoreMost));
    later(store_busy_until_ - stage_.agenda.passed(),
          [this, fault, what = std::move(write)]() mutable { apply(std::move(what), fault); });
    return true;
}

void OperatorHost::apply(control::Desk::NewWrite write, Fault fault) {
    const auto delay = stage_.between(0, 2);
    if (fault == Fault::Refuse) {
        return acknowledge(write.ticket, base::fail(ErrorKind::Unavailable, "the store is away"),
                           delay);
    }
    if (auto* opened = std::get_if<results::OpenRun>(&write.write))
        opened->redaction_key = std::string(32, 'k');
    auto done = results::write_now(*stage_.store, std::move(write.write));
    if (!done) stage_.tell("store", done.error().message());
    if (fault == Fault::CrashAfter) return kill();
    acknowledge(write.ticket, std::move(done), delay);
}

void OperatorHost::acknowledge(control::Ticket ticket, Result<> done, base::Duration delay) {
    later(delay, [this, ticket = std::move(ticket), done = std::move(done)] {
        deliver(control::WriteDone{ticket, done}, true);
    });
}

bool OperatorHost::load(const results::RunKey& run) {
    const auto fault = stage_.meet(PointKind::Load, "store: load");
    if (fault == Fault::CrashBefore) {
        kill();
        return false;
    }
    later(stage_.between(kStoreLeast, kStoreMost), [this, run, fault] {
        auto state =
            fault == Fault::Refuse
                ? Result<results::RunState>(base::fail(ErrorKind::Unavailable, "the store is away"))
                : stage_.store->load(run);
        // Read by another thread: what ingest tells meanwhile may come first.
        later(stage_.between(0, 3), [this, run, state = std::move(state)] {
            deliver(control::RunLoaded{run, state}, true);
        });
    });
    return true;
}

bool OperatorHost::merge(control::MergeOrder order) {
    const auto fault = stage_.meet(PointKind::Merge, "merge");
    if (fault == Fault::CrashBefore) {
        kill();
        return false;
    }
    later(stage_.between(kMergeLeast, kMergeMost), [this, fault, order = std::move(order)] {
        auto merged = fault == Fault::Refuse ? Result<control::MergeFacts>(base::fail(
                                                   ErrorKind::Unavailable, "the disk is full"))
                                             : merge_now(stage_, order);
        if (fault == Fault::CrashAfter) return kill();
        deliver(control::MergeDone{order.run, std::move(merged)}, true);
    });
    return true;
}

// ---- calls ----

std::uint64_t OperatorHost::calls(std::string_view verb) const {
    const auto found = calls_.find(verb);
    return found == calls_.end() ? 0 : found->second;
}

bool OperatorHost::send(const kube::Call& call) {
    const auto fault = stage_.meet(PointKind::Call, describe(call.request));
    if (fault == Fault::CrashBefore) {
        kill();
        return false;
    }
    ++calls_[std::string(kube::to_string(call.request.verb))];
    if (call.request.method != "GET" && !call.request.path.contains("/events") &&
        !call.request.path.contains("/leases")) {
        const bool is_status = call.request.path.contains("/status");
        ++(is_status ? status_writes_ : other_writes_);
    }
    const auto delay = stage_.between(kCallLeast, kCallMost);
    if (fault == Fault::LoseRequest) {
        answer(call, {.status = 0, .body = {}, .error = no_answer(net::Failure::Reset)}, delay);
        return true;
    }
    // What was sent arrives, whatever becomes of its sender.
    if (fault == Fault::LateRequest) {
        const auto late = stage_.between(kRestartMost, 2 * kRestartMost);
        stage_.agenda.after(late, [this, call, life = life_] { arrive(call, Fault::None, life); });
        kill();
        return false;
    }
    stage_.agenda.after(delay, [this, call, fault, life = life_] { arrive(call, fault, life); });
    return true;
}

void OperatorHost::arrive(const kube::Call& call, Fault fault, int life) {
    const auto delay = stage_.between(kCallLeast, kCallMost);
    const bool lives = life == life_ && controller_;
    if (fault == Fault::ServerError) {
        if (lives) answer(call, refused(500, "InternalError", base::Duration(0)), delay);
        return;
    }
    if (fault == Fault::Throttle) {
        if (lives) answer(call, refused(429, "TooManyRequests", base::Duration(1'000)), delay);
        return;
    }
    auto what = stage_.server.handle(call.request, stage_.agenda.wall());
    if (what.error)
        stage_.tell("api", fmt::format("{} {}: {}", what.status, describe(call.request),
                                       what.error->message));
    if (!lives) return;
    if (fault == Fault::CrashAfter) return kill();
    if (fault == Fault::LoseAnswer)
        return answer(call, {.status = 0, .body = {}, .error = no_answer(net::Failure::TimedOut)},
                      call.timeout);
    answer(call, std::move(what), delay);
}

void OperatorHost::answer(const kube::Call& call, kube::Answer what, base::Duration delay) {
    later(delay, [this, id = call.id, what = std::move(what)]() mutable {
        if (hung_up_.contains(id)) return;
        deliver(kube::CallEvent{.id = id, .what = std::move(what)}, true);
    });
}

// ---- watches ----

bool OperatorHost::open(const kube::Call& call) {
    const auto fault = stage_.meet(PointKind::Open, "watch " + call.request.path);
    if (fault == Fault::CrashBefore) {
        kill();
        return false;
    }
    later(stage_.between(kCallLeast, kCallMost), [this, call, fault] {
        if (hung_up_.contains(call.id)) return;
        if (fault == Fault::LoseRequest)
            return close_stream(call.id, no_answer(net::Failure::Reset));
        if (fault == Fault::ServerError)
            return close_stream(call.id, refused(500, "InternalError", base::Duration(0)).error);
        if (fault == Fault::Throttle)
            return close_stream(call.id,
                                refused(429, "TooManyRequests", base::Duration(1'000)).error);
        streams_[call.id] = {};
        if (auto error = stage_.server.open_watch(call.id, call.request, stage_.agenda.wall())) {
            stage_.tell("api", error->message);
            return close_stream(call.id, std::move(error));
        }
        if (fault == Fault::CrashAfter) kill();
    });
    return true;
}

void OperatorHost::close_stream(kube::CallId id, std::optional<kube::ApiError> error) {
    streams_.erase(id);
    stage_.server.close_watch(id);
    later(stage_.between(kCallLeast, kCallMost), [this, id, error = std::move(error)] {
        if (hung_up_.contains(id)) return;
        deliver(kube::CallEvent{.id = id, .what = kube::StreamClosed{error}}, true);
    });
}

void OperatorHost::poll_watches() {
    if (!controller_) return;
    std::vector<kube::CallId> ended;
    for (auto& [id, stream] : streams_) {
        if (stream.arriving) continue;
        if (stage_.server.has_lines(id)) {
            stream.arriving = true;
            later(stage_.between(1, 40), [this, call = id] { hand_over_lines(call); });
        } else if (stage_.server.is_over(id, stage_.agenda.wall())) {
            ended.push_back(id);
        }
    }
    for (const auto id : ended) close_stream(id, std::nullopt);
}

void OperatorHost::hand_over_lines(kube::CallId id) {
    const auto found = streams_.find(id);
    if (found == streams_.end()) return;
    found->second.arriving = false;
    auto lines = stage_.server.take_lines(id);
    if (lines.empty()) return;
    const auto count = std::ranges::count(lines, '\n');
    const auto fault = stage_.meet(PointKind::Lines,
                                   fmt::format("{} lines of watch {}", count, id % kCallsPerLife));
    if (fault == Fault::CrashBefore) return kill();
    if (fault == Fault::Cut || fault == Fault::CutExpired) {
        if (fault == Fault::CutExpired) stage_.server.compact();
        return close_stream(id, no_answer(net::Failure::Reset));
    }
    deliver(kube::CallEvent{.id = id, .what = kube::StreamLines{std::move(lines)}}, true);
}

}  // namespace sim
