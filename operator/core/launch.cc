// Which waiting chunks start now: parallelism, concurrency keys, order.
#include "operator/core/round.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

namespace core {

using scan::AttemptEnd;

bool may_launch(const Round& round) {
    if (round.spec.cancel || round.spec.suspend || round.seen.run_closed || past_deadline(round))
        return false;
    return !round.seen.refusal || round.seen.refusal->retry_at <= round.now;
}

void start_attempt(Round& round, const Track& track) {
    const int number = track.attempts->empty() ? 1 : track.attempts->back().id.attempt + 1;
    StartAttempt start{.id = {track.chunk, number}, .limit = attempt_limit(round, round.now)};
    if (track.oom_kills > 0)
        start.memory_percent =
            std::clamp(150, 100, std::max(100, round.seen.flags.memory_percent_max));
    std::string why =
        track.last == nullptr
            ? "its turn has come"
            : fmt::format("again after {}, {} charged of {}", scan::to_string(track.last_end),
                          track.charged, round.spec.chunks.backoff_limit + 1);
    round.act(start, to_string(start.id), std::move(why));
}

namespace {

// A lost node may still run its attempt: towards the outside it counts until it cannot any more.
void count_attempts(Round& round, const Track& track, KeyUse& key) {
    for (const Attempt& attempt : *track.attempts) {
        if (attempt.phase != Phase::Ended) {
            ++key.in_flight;
            continue;
        }
        if (effective_end(attempt) != AttemptEnd::NodeLost) continue;
        const Instant gone =
            attempt.started_at.value_or(attempt.created_at) + attempt.limit + kRunGrace;
        if (gone <= round.now) continue;
        ++key.in_flight;
        round.wake(gone);
    }
}

KeyUse new_key(const Round& round, const std::string& name) {
    KeyUse key{.name = name};
    for (const scan::KeyLimit& limit : round.seen.plan->limits) {
        if (limit.concurrency_key == name) key.limit = limit.max_in_flight;
    }
    const auto foreign = round.seen.foreign_in_flight.find(name);
    if (foreign != round.seen.foreign_in_flight.end()) key.in_flight = foreign->second;
    const auto pause = round.seen.paused_until.find(name);
    if (pause != round.seen.paused_until.end()) key.paused_until = pause->second;
    return key;
}

// A target that was away for one chunk is away for all chunks of its key.
void heed_target(const Track& track, KeyUse& key) {
    if (track.stage != Stage::Waiting || track.last_end != AttemptEnd::TargetUnavailable) return;
    if (!key.name.empty()) key.paused_until = std::max(key.paused_until, track.due);
}

class Launcher {
public:
    explicit Launcher(Round& round) : round_(round) {
        slots_ = std::min(round.spec.parallelism, round.seen.flags.slots_max) -
                 round.live_chunk_attempts;
    }

    // First attempts before retries: one chunk that keeps failing must not keep others from their
    // turn.
    void run() {
        for (const Track& track : round_.chunks) {
            if (slots_ <= 0) return;
            if (track.stage == Stage::Waiting && track.last == nullptr) consider(track);
        }
        for (const Track& track : round_.chunks) {
            if (slots_ <= 0) return;
            if (track.stage == Stage::Waiting && track.last != nullptr) consider(track);
        }
    }

private:
    void consider(const Track& track) {
        KeyUse& key = round_.keys[track.key];
        const Instant due = std::max(track.due, key.paused_until);
        if (due > round_.now) return round_.wake(due);
        if (key.limit > 0 && key.in_flight >= key.limit) return;
        ++key.in_flight;
        --slots_;
        start_attempt(round_, track);
    }

    Round& round_;
    int slots_ = 0;
};

}  // namespace

void count_keys(Round& round) {
    if (!round.seen.plan) return;
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < round.chunks.size(); ++i) {
        Track& track = round.chunks[i];
        const std::string& name = round.seen.chunks[i].concurrency_key;
        // Chunks of one key mostly stand together, or there is one key only.
        const bool same = i > 0 && round.keys[round.chunks[i - 1].key].name == name;
        if (same) {
            track.key = round.chunks[i - 1].key;
        } else {
            const auto [found, is_new] = index.try_emplace(name, round.keys.size());
            if (is_new) round.keys.push_back(new_key(round, name));
            track.key = found->second;
        }
        if (!track.attempts->empty()) count_attempts(round, track, round.keys[track.key]);
        heed_target(track, round.keys[track.key]);
    }
}

void launch_chunks(Round& round) {
    if (!round.seen.plan || !may_launch(round)) return;
    Launcher(round).run();
}

}  // namespace core
