#include "unit/core/world.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <charconv>
#include <utility>

namespace core::test {
namespace {

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    EXPECT_TRUE(error == std::errc{}) << "no number in the drawing: " << text;
    return value;
}

Phase phase_from(std::string_view word) {
    if (word == "creating") return Phase::Creating;
    if (word == "pending") return Phase::Pending;
    if (word == "stopping") return Phase::Stopping;
    EXPECT_TRUE(word == "running" || word == "committed")
        << "unknown phase in the drawing: " << word;
    return Phase::Running;
}

Attempt draw_attempt(AttemptId id, std::string_view state, const scan::JobSpec& spec) {
    const std::size_t at = state.find('@');
    const Instant when =
        World::kZero + Duration{at == state.npos ? 0 : 1000 * number(state.substr(at + 1))};
    std::string_view word = state.substr(0, at);
    Attempt attempt{.id = id, .created_at = when, .limit = spec.chunks.active_deadline};
    if (word.front() >= 'a') {
        attempt.phase = phase_from(word);
        if (attempt.phase == Phase::Running || attempt.phase == Phase::Stopping)
            attempt.started_at = when;
        if (word == "committed") attempt.committed_at = when;
        return attempt;
    }
    attempt.phase = Phase::Ended;
    attempt.end_recorded = !word.ends_with('!');
    if (!attempt.end_recorded) word.remove_suffix(1);
    const auto end = scan::attempt_end_from(word);
    EXPECT_TRUE(end.has_value()) << "unknown end in the drawing: " << word;
    attempt.end = EndFact{.end = end.value_or(scan::AttemptEnd::NoResult), .at = when};
    attempt.created_at = World::kZero;
    if (*end != scan::AttemptEnd::StartTimeout && *end != scan::AttemptEnd::Cancelled) {
        attempt.started_at = attempt.created_at;
    }
    if (*end == scan::AttemptEnd::Committed) attempt.committed_at = when;
    return attempt;
}

}  // namespace

World::World() {
    spec.scanner = scan::SyntheticOptions{};
    seen.start_time = kZero;
    seen.deadline_time = kZero + spec.active_deadline;
    seen.plan = PlanFacts{.sha256 = "abc", .units = 0};
}

World& World::given(std::string_view drawing) {
    for (const std::string_view line : base::split(drawing, '\n')) {
        if (!base::trim(line).empty()) draw_line(base::trim(line));
    }
    return *this;
}

void World::draw_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const bool is_chunk = name != "d";
    if (is_chunk) {
        seen.chunks.push_back({.index = static_cast<std::uint32_t>(number(name)), .units = 1});
    }
    const std::int64_t index = is_chunk ? number(name) : kDiscovery;
    int attempt = 0;
    for (const std::string_view word : base::split(line.substr(colon + 1), ' ')) {
        if (word.empty()) continue;
        if (word.starts_with("key=")) {
            seen.chunks.back().concurrency_key = word.substr(4);
        } else if (word.starts_with("units=")) {
            seen.chunks.back().units = static_cast<std::uint64_t>(number(word.substr(6)));
        } else if (word.starts_with("done=")) {
            seen.chunks.back().done.ok = static_cast<std::uint64_t>(number(word.substr(5)));
        } else if (word.size() >= 2 && word[0] == 'a' && word[1] >= '0' && word[1] <= '9') {
            attempt = static_cast<int>(number(word.substr(1)));
        } else {
            attempts_of(index).push_back(draw_attempt({index, attempt}, word, spec));
            const bool committed = attempts_of(index).back().committed_at.has_value();
            if (is_chunk && committed) {
                seen.chunks.back().committed = true;
                seen.chunks.back().done.ok = seen.chunks.back().units;
            }
        }
    }
    if (is_chunk && seen.plan) seen.plan->units += seen.chunks.back().units;
}

World& World::with_limit(std::string key, int max_in_flight) {
    seen.plan->limits.push_back(
        {.concurrency_key = std::move(key), .max_in_flight = max_in_flight});
    return *this;
}

World& World::without_plan() {
    seen.plan.reset();
    return *this;
}

World& World::closed() {
    seen.run_closed = true;
    return *this;
}

World& World::merged(scan::UnitCounts units, scan::FindingCounts findings) {
    seen.run_closed = true;
    seen.merged = Observed::Merged{units, findings, 0};
    return *this;
}

Lines World::at(Duration at) const {
    Lines lines;
    for (const Action& action : plan_at(at).actions) lines.push_back(describe(action));
    return lines;
}

const Condition* World::condition(const Plan& plan, std::string_view type) const {
    for (const Condition& one : plan.status.conditions) {
        if (one.type == type) return &one;
    }
    return nullptr;
}

std::vector<Attempt>& World::attempts_of(std::int64_t chunk) {
    if (chunk == kDiscovery) return seen.discovery;
    for (ChunkState& state : seen.chunks) {
        if (state.index == chunk) return state.attempts;
    }
    ADD_FAILURE() << "no chunk " << chunk << " in this world";
    return seen.discovery;
}

Attempt* World::attempt(AttemptId id) {
    for (Attempt& one : attempts_of(id.chunk)) {
        if (one.id == id) return &one;
    }
    ADD_FAILURE() << "no attempt " << to_string(id) << " in this world";
    return nullptr;
}

std::vector<AttemptId> World::living() const {
    std::vector<AttemptId> ids;
    const auto take = [&](const std::vector<Attempt>& attempts) {
        for (const Attempt& one : attempts) {
            if (one.phase != Phase::Ended) ids.push_back(one.id);
        }
    };
    take(seen.discovery);
    for (const ChunkState& chunk : seen.chunks) take(chunk.attempts);
    return ids;
}

void World::runs(AttemptId id, Duration at) {
    attempt(id)->phase = Phase::Running;
    attempt(id)->started_at = kZero + at;
}

void World::commits(AttemptId id, Duration at) {
    attempt(id)->committed_at = kZero + at;
    if (id.chunk == kDiscovery) {
        seen.plan = PlanFacts{.sha256 = "abc", .units = 0};
        return;
    }
    ChunkState& chunk = seen.chunks[static_cast<std::size_t>(id.chunk)];
    chunk.committed = true;
    chunk.done.ok = chunk.units;
}

void World::ends(AttemptId id, scan::AttemptEnd end, Duration at) {
    Attempt* one = attempt(id);
    one->phase = Phase::Ended;
    if (!one->end_recorded) one->end = EndFact{.end = end, .at = kZero + at};
}

void World::apply(const Plan& plan, Duration at) {
    seen.start_time = plan.status.start_time;
    seen.deadline_time = plan.status.deadline_time;
    seen.suspended_since = plan.status.suspended_since;
    if (plan.status.completion_time) seen.finished = plan.status;
    for (const Action& action : plan.actions) {
        if (const auto* start = std::get_if<StartAttempt>(&action)) {
            attempts_of(start->id.chunk)
                .push_back({.id = start->id,
                            .created_at = kZero + at,
                            .limit = start->limit,
                            .memory_percent = start->memory_percent});
        } else if (const auto* stop = std::get_if<StopAttempt>(&action)) {
            attempt(stop->id)->phase = Phase::Stopping;
        } else if (const auto* record = std::get_if<RecordEnd>(&action)) {
            attempt(record->id)->end = record->fact;
            attempt(record->id)->end_recorded = true;
        } else if (std::holds_alternative<CloseRun>(action)) {
            seen.run_closed = true;
        } else if (std::holds_alternative<MergeResults>(action)) {
            ++merges;
            seen.merge_running = true;
        } else {
            seen.objects_left = false;
        }
    }
}

}  // namespace core::test
