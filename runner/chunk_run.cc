#include "runner/chunk_run.h"

#include "base/log.h"
#include "base/redact.h"
#include "runner/attempt.h"
#include "runner/uploader.h"

#include <fmt/format.h>

#include <atomic>
#include <set>
#include <unordered_set>

namespace runner {

namespace {

using base::Result;

// A unit without affinity is a group of its own.
const std::string& group_of(const scan::Unit& unit) {
    return unit.affinity.empty() ? unit.id : unit.affinity;
}

}  // namespace

std::vector<scan::Unit> remaining_units(const scan::Chunk& chunk, std::span<const std::string> done,
                                        std::span<const std::string> suspect) {
    const std::unordered_set<std::string_view> finished(done.begin(), done.end());
    const std::unordered_set<std::string_view> suspects(suspect.begin(), suspect.end());
    std::set<std::string_view> last;
    for (const auto& unit : chunk.units) {
        if (suspects.contains(unit.id) && !finished.contains(unit.id)) last.insert(group_of(unit));
    }
    std::vector<scan::Unit> units;
    for (const bool taking_last : {false, true}) {
        for (const auto& unit : chunk.units) {
            if (!finished.contains(unit.id) && last.contains(group_of(unit)) == taking_last)
                units.push_back(unit);
        }
    }
    return units;
}

RunEnd decide_run_end(const RunFacts& facts) {
    using scan::ExitCode;
    using scan::StreamStatus;
    if (facts.cause == StopCause::Broken) {
        return {StreamStatus::Partial, ExitCode::Internal, "", "results could not be brought home"};
    }
    if (facts.stopped_by_scanner) {
        const auto& stop = *facts.stopped_by_scanner;
        return {StreamStatus::Failed, stop.code,
                stop.reason ? std::string(to_string(*stop.reason)) : "", stop.error.message()};
    }
    // A scanner that was told to stop may have finished all the same.
    if (facts.units_left == 0) return {};
    const auto left = fmt::format("{} units left{}", facts.units_left,
                                  facts.abandoned ? ", the scanner hung" : "");
    if (facts.cause == StopCause::Deadline) {
        return {StreamStatus::Partial, ExitCode::Deadline, "DeadlineExceeded",
                "own deadline reached: " + left};
    }
    if (facts.cause == StopCause::Terminated) {
        return {StreamStatus::Partial, ExitCode::Terminated, "Cancelled", "terminated: " + left};
    }
    return {StreamStatus::Failed, ExitCode::Internal, "", "the scanner returned early: " + left};
}

namespace {

// Everything one attempt holds while it runs.
struct Attempt {
    const Environment& environment;
    const base::Clock& clock;
    Inputs inputs;
    ChunkWork work;
    base::Redactor redactor;
    std::vector<scan::Unit> units;
    std::unique_ptr<Uploader> uploader;
    IngestClient side_client;  // for the scanner's own calls
    StopFlag flag{};
};

scan::MetaLine meta_of(const Attempt& attempt) {
    return {.v = 1,
            .job = attempt.environment.job,
            .run_id = attempt.environment.run_id,
            .chunk = attempt.environment.chunk,
            .attempt = attempt.environment.attempt,
            .scanner = std::string(to_string(attempt.inputs.scanner->type())),
            .scanner_version = std::string(attempt.inputs.scanner->version()),
            .rules_version = attempt.inputs.scanner->rules_version(),
            .started_at = attempt.clock.wall()};
}

RunContext context_of(Attempt& attempt) {
    return {
        .job = attempt.inputs.job,
        .chunk = attempt.work.chunk,
        .units = attempt.units,
        .plan = attempt.work.plan,
        .credentials = attempt.inputs.credentials,
        .clock = attempt.clock,
        .redactor = attempt.redactor,
        .run_id = attempt.environment.run_id,
        .attempt = attempt.environment.attempt,
        .local_mode = attempt.environment.local_mode,
        .stopped = [&attempt] { return attempt.flag.raised(); },
        .wait = [&attempt](base::Duration duration) { return attempt.flag.wait(duration); },
        .get_input = [&attempt](std::string_view sha) { return attempt.side_client.input(sha); },
        .emit = [&attempt](const scan::Line& line) { attempt.uploader->emit(line); },
        .leave_record =
            [&attempt](const scan::Commit& commit) { leave_record(attempt.environment, commit); }};
}

Result<std::unique_ptr<Attempt>> prepare(const Environment& environment, Inputs inputs,
                                         const base::Clock& clock, base::Ticks limit,
                                         base::os::SignalWatch& signals, const FlushLimit& flush) {
    auto client = TRY(IngestClient::create(environment, clock, limit, told_to_stop(signals)));
    // Before anything is sent to a target that could not deliver what it finds.
    auto work = TRY(client.chunk_work());
    auto key = TRY(client.redaction_key());
    client.set_give_up([&flush, &clock] { return flush.passed(clock.ticks()); });
    auto spool = TRY(Spool::create(environment.work / "stream.jsonl"));
    auto uploader = TRY(Uploader::start(std::move(spool), std::move(client), {}));
    auto side_client = TRY(IngestClient::create(environment, clock, limit, {}));
    base::Redactor redactor(std::move(key), secrets_of(inputs.credentials));
    auto units = remaining_units(work.chunk, work.done, work.suspect);
    return std::make_unique<Attempt>(environment, clock, std::move(inputs), std::move(work),
                                     std::move(redactor), std::move(units), std::move(uploader),
                                     std::move(side_client));
}

// Commits, leaves the record, and says which exit code is left.
int finish(Attempt& attempt, const RunEnd& end) {
    const auto finished = attempt.uploader->finish({end.status, end.reason, end.message});
    auto commit = finished.commit;
    auto code = end.code;
    if (finished.error) {
        base::log::error("the stream was not committed", {{"error", finished.error->message()}});
        if (code == scan::ExitCode::Ok) code = stop_of(*finished.error).code;
        commit.message = fmt::format("not committed: {}", finished.error->message());
    }
    leave_record(attempt.environment, commit);
    return static_cast<int>(code);
}

}  // namespace

int run_chunk(const Environment& environment, const FindScanner& find_scanner,
              const base::Clock& clock, base::os::SignalWatch& signals) {
    const auto deadlines = deadlines_of(clock.ticks(), environment.limit);
    auto inputs = read_inputs(environment, find_scanner);
    if (!inputs) return leave_early(environment, inputs.error());
    FlushLimit flush;
    auto prepared =
        prepare(environment, std::move(*inputs), clock, deadlines.limit, signals, flush);
    if (!prepared) return leave_early(environment, stop_of(std::move(prepared).error()));
    auto& attempt = **prepared;
    attempt.uploader->emit(meta_of(attempt));

    RunFacts facts;
    const auto context = context_of(attempt);
    std::expected<void, Stop> result;
    auto* scanner = attempt.inputs.scanner;
    Supervised supervised([&] { result = guarded<void>([&] { return scanner->run(context); }); },
                          attempt.flag);
    facts.abandoned = !supervised.watch(
        signals, clock,
        {.deadline = deadlines.stop, .deadline_grace = deadlines.grace, .broken = [&] {
             return attempt.uploader->broken().has_value();
         }});
    if (!facts.abandoned && !result) facts.stopped_by_scanner = result.error();
    facts.cause = attempt.flag.cause();
    if (facts.cause == StopCause::Terminated) flush.set(clock.ticks() + kTerminatedFlush);
    facts.units_left =
        attempt.units.size() -
        std::min<std::uint64_t>(attempt.units.size(), attempt.uploader->units().total());
    const int code = finish(attempt, decide_run_end(facts));
    if (facts.abandoned) leave(code);
    return code;
}

}  // namespace runner
