#include "cli/view/watch.h"

#include "base/json.h"
#include "base/time.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <memory>

namespace cli {
namespace {

constexpr base::Duration kRedrawEvery{100};  // more would only flicker
constexpr std::size_t kFailuresKept = 5;

bool is_failure(const RunEvent& event) {
    return event.kind == RunEvent::Kind::AttemptEnded && event.word != "Committed" &&
           event.word != "Cancelled";
}

RunningLine line_of(const core::Attempt& attempt, const core::ChunkState* chunk,
                    base::Instant now) {
    RunningLine line{.name =
                         chunk == nullptr ? "discovery" : fmt::format("chunk {}", chunk->index)};
    line.attempt = attempt.id.attempt;
    if (chunk != nullptr) {
        line.done = chunk->done.total();
        line.units = chunk->units;
    }
    line.elapsed = std::max(now - attempt.created_at, base::Duration{0});
    line.limit = attempt.limit;
    return line;
}

// By what is done so far; chunks run side by side, so their common pace is the honest guess.
std::optional<base::Duration> eta_of(const ViewModel& model) {
    if (model.units == 0 || model.units_done == 0 || model.units_done >= model.units)
        return std::nullopt;
    const auto left = static_cast<std::int64_t>(model.units - model.units_done);
    return model.elapsed * left / static_cast<std::int64_t>(model.units_done);
}

// What the live view has on the screen, and what it must remember between turns.
class LiveView {
public:
    LiveView(ViewOptions options, Print print) : options_(options), print_(std::move(print)) {}

    void event(const RunEvent& event) {
        if (is_failure(event)) {
            failures_.push_front(event.sentence);
            if (failures_.size() > kFailuresKept) failures_.pop_back();
        }
        if (event.kind == RunEvent::Kind::Finished) erase();
        if (options_.explain && event.kind == RunEvent::Kind::Explained) {
            erase();
            print_(event.sentence + "\n");
        }
    }

    void turn(const Picture& picture) {
        if (picture.now < drawn_at_ + kRedrawEvery || picture.status.completion_time) return;
        drawn_at_ = picture.now;
        const ViewModel model = model_of(picture, {failures_.begin(), failures_.end()});
        std::string text = render(model, options_.width, options_.height, options_.colors);
        const auto lines = std::count(text.begin(), text.end(), '\n');
        erase();
        print_(text);
        lines_ = static_cast<int>(lines);
    }

private:
    void erase() {
        if (lines_ > 0) print_(fmt::format("\x1b[{}A\x1b[J", lines_));
        lines_ = 0;
    }

    ViewOptions options_;
    Print print_;
    std::deque<std::string> failures_;
    base::Instant drawn_at_{};
    int lines_ = 0;
};

}  // namespace

std::string_view to_string(RunEvent::Kind kind) {
    switch (kind) {
    case RunEvent::Kind::Started: return "started";
    case RunEvent::Kind::Resumed: return "resumed";
    case RunEvent::Kind::Planned: return "planned";
    case RunEvent::Kind::AttemptStarted: return "attempt-started";
    case RunEvent::Kind::AttemptEnded: return "attempt-ended";
    case RunEvent::Kind::ChunkSucceeded: return "chunk-succeeded";
    case RunEvent::Kind::Cancelling: return "cancelling";
    case RunEvent::Kind::StoreAway: return "store-away";
    case RunEvent::Kind::Merging: return "merging";
    case RunEvent::Kind::Explained: return "explained";
    case RunEvent::Kind::Finished: return "finished";
    }
    return "unknown";
}

ViewModel model_of(const Picture& picture, std::vector<std::string> failures) {
    const core::Status& status = picture.status;
    ViewModel model{.job = picture.job.name, .run_id = picture.run_id};
    if (!status.conditions.empty()) model.phase = scan::to_string(status.conditions.front().reason);
    if (status.start_time)
        model.elapsed = std::max(picture.now - *status.start_time, base::Duration{0});
    model.units_done = status.units.total();
    model.units = status.units_planned;
    model.chunks_done = status.chunks.terminal();
    model.chunks = status.chunks.total;
    model.chunks_waiting = status.chunks.waiting;
    model.findings = {status.findings.critical, status.findings.high, status.findings.medium,
                      status.findings.low, status.findings.info};
    model.failures = std::move(failures);
    model.cancelling = picture.cancelling;
    model.eta = eta_of(model);
    const auto take = [&](const std::vector<core::Attempt>& attempts,
                          const core::ChunkState* chunk) {
        for (const core::Attempt& attempt : attempts) {
            if (attempt.phase != core::Phase::Ended)
                model.running.push_back(line_of(attempt, chunk, picture.now));
        }
    };
    take(picture.seen.discovery, nullptr);
    for (const core::ChunkState& chunk : picture.seen.chunks) take(chunk.attempts, &chunk);
    return model;
}

std::string event_to_json(const RunEvent& event, const std::string& run_id) {
    base::Json json{{"event", to_string(event.kind)},
                    {"at", base::format_instant(event.at)},
                    {"run", run_id},
                    {"message", event.sentence}};
    if (event.attempt) {
        if (event.attempt->chunk != core::kDiscovery) json["chunk"] = event.attempt->chunk;
        json["attempt"] = event.attempt->attempt;
    }
    if (event.kind == RunEvent::Kind::AttemptEnded) {
        json["end"] = event.word;
        json["charged"] = event.charged;
    }
    if (event.kind == RunEvent::Kind::Finished) json["outcome"] = event.word;
    return base::dump_json(json);
}

std::string event_to_line(const RunEvent& event) {
    // Starts and good ends of attempts say no more than "chunk 3 succeeded" does.
    const bool is_noise = event.kind == RunEvent::Kind::AttemptStarted ||
                          event.kind == RunEvent::Kind::Explained ||
                          (event.kind == RunEvent::Kind::AttemptEnded && !is_failure(event));
    if (is_noise) return {};
    if (event.kind == RunEvent::Kind::Finished)
        return fmt::format("{}, {}", event.word, event.sentence);
    return event.sentence;
}

Watcher make_watcher(const ViewOptions& options, std::string run_id, Print print) {
    if (options.json) {
        return {.on_event = [options, run_id, print](const RunEvent& event) {
            if (event.kind == RunEvent::Kind::Explained && !options.explain) return;
            print(event_to_json(event, run_id) + "\n");
        }};
    }
    if (options.live && !options.quiet) {
        auto view = std::make_shared<LiveView>(options, print);
        return {.on_event = [view](const RunEvent& event) { view->event(event); },
                .on_turn = [view](const Picture& picture) { view->turn(picture); },
                .turn_max = kRedrawEvery};
    }
    return {.on_event = [options, print](const RunEvent& event) {
        if (options.explain && event.kind == RunEvent::Kind::Explained)
            return print(event.sentence + "\n");
        if (options.quiet && !is_failure(event)) return;
        const std::string line = event_to_line(event);
        if (!line.empty()) print(line + "\n");
    }};
}

}  // namespace cli
