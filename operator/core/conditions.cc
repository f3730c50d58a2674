// The conditions: one row of a table by situation, one reason, one sentence.
#include "operator/core/round.h"

#include "base/text.h"

#include <fmt/core.h>

namespace core {
namespace {

using scan::Outcome;
using scan::Reason;

enum class Situation { Working, GoodEnd, BadEnd, Suspended, Refused };

struct Row {
    Truth reconciling, stalled, ready, succeeded, finished, suspended;
};

constexpr Truth kTrue = Truth::True;
constexpr Truth kFalse = Truth::False;
constexpr Truth kUnknown = Truth::Unknown;

constexpr Row row_of(Situation situation) {
    switch (situation) {
    case Situation::Working: return {kTrue, kFalse, kUnknown, kUnknown, kFalse, kFalse};
    case Situation::GoodEnd: return {kFalse, kFalse, kTrue, kTrue, kTrue, kFalse};
    case Situation::BadEnd: return {kFalse, kTrue, kFalse, kFalse, kTrue, kFalse};
    case Situation::Suspended: return {kFalse, kFalse, kTrue, kUnknown, kFalse, kTrue};
    case Situation::Refused: return {kFalse, kTrue, kFalse, kUnknown, kFalse, kFalse};
    }
    return {};
}

struct Word {
    Situation situation = Situation::Working;
    Reason reason = Reason::Queued;
    std::string message{};
};

Word word_of_end(const Round& round, const scan::Verdict& verdict) {
    const Status& status = round.plan.status;
    if (status.gate_hit) {
        return {Situation::BadEnd, Reason::FindingsThresholdExceeded,
                fmt::format("findings at or above failOn.severity {}: the gate is closed; {}",
                            scan::to_string(round.spec.fail_on->severity), verdict.message)};
    }
    const bool good =
        verdict.outcome == Outcome::Succeeded || verdict.outcome == Outcome::PartiallySucceeded;
    return {good ? Situation::GoodEnd : Situation::BadEnd, verdict.reason, verdict.message};
}

std::string progress_sentence(const Status& status) {
    return fmt::format("{} of {} chunks have ended, {} running, {} waiting",
                       status.chunks.terminal(), status.chunks.total,
                       status.chunks.running + status.chunks.starting, status.chunks.waiting);
}

Word word_of_work(const Round& round) {
    const Status& status = round.plan.status;
    if (!round.seen.store_available) {
        return {Situation::Working, Reason::StoreUnavailable,
                "the store is away: waiting for it, nothing can end"};
    }
    if (round.seen.run_closed)
        return {Situation::Working, Reason::Aggregating, "merging the results"};
    if (round.time.suspended || (is_suspending(round) && !round.time.start)) {
        return {Situation::Suspended, Reason::Suspended,
                "suspended: nothing runs, the clock stands still"};
    }
    if (const auto& refusal = round.seen.refusal) {
        const bool hard = refusal->reason == Reason::ApiRefused;
        return {hard ? Situation::Refused : Situation::Working, refusal->reason, refusal->message};
    }
    if (!round.seen.plan) {
        const bool begun = !round.discovery.attempts->empty();
        return {Situation::Working, begun ? Reason::Discovering : Reason::Queued,
                begun ? "finding out what there is to scan" : "accepted, not started yet"};
    }
    if (status.chunks.running > 0)
        return {Situation::Working, Reason::Running, progress_sentence(status)};
    if (status.chunks.starting > 0)
        return {Situation::Working, Reason::PodsPending, progress_sentence(status)};
    return {Situation::Working, Reason::Queued, progress_sentence(status)};
}

std::string degraded_words(const Round& round) {
    std::vector<std::string> words;
    if (!round.seen.store_available) words.emplace_back(scan::to_string(Reason::StoreUnavailable));
    for (const Reason reason : round.seen.degraded) words.emplace_back(scan::to_string(reason));
    return base::join(words, ", ");
}

void add_extra(const Round& round, std::vector<Condition>& out) {
    const Observed& seen = round.seen;
    if (seen.plan && seen.plan->too_heavy) {
        out.push_back({"PlanExceedsDeadline", kTrue, Reason::PlanTooHeavy,
                       "the work expected of a chunk, or of all, is more than its limit allows"});
    }
    if (seen.merged)
        out.push_back(
            {"ResultsAvailable", kTrue, Reason::ResultsStored, "the results lie in the store"});
    if (round.plan_lost) {
        out.push_back(
            {"ResultsAvailable", kFalse, Reason::ResultsLost, "the store has lost this run"});
    }
    if (seen.store_available && seen.degraded.empty()) return;
    const Reason first = seen.store_available ? seen.degraded.front() : Reason::StoreUnavailable;
    out.push_back({"Degraded", kTrue, first, "goes on, but: " + degraded_words(round)});
}

}  // namespace

void write_conditions(Round& round, const std::optional<scan::Verdict>& verdict) {
    const Word word = verdict ? word_of_end(round, *verdict) : word_of_work(round);
    const Row row = row_of(word.situation);
    std::vector<Condition>& out = round.plan.status.conditions;
    out.reserve(9);
    out.push_back({"Reconciling", row.reconciling, word.reason, word.message});
    out.push_back({"Stalled", row.stalled, word.reason, word.message});
    out.push_back({"Ready", row.ready, word.reason, word.message});
    out.push_back({"Succeeded", row.succeeded, word.reason, word.message});
    out.push_back({"Finished", row.finished, word.reason, word.message});
    out.push_back({"Suspended", row.suspended, word.reason, word.message});
    add_extra(round, out);
}

}  // namespace core
