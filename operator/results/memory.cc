#include "operator/results/memory.h"

#include "base/guarded.h"
#include "base/gzip.h"
#include "operator/results/rules.h"
#include "operator/results/suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

struct KeptSegment {
    std::string sha256;
    std::string gzip_body;
};

struct KeptChunk {
    scan::Chunk chunk{};
    std::map<std::string, std::optional<scan::UnitStatus>, std::less<>> units{};
    int complete_by = 0;

    scan::UnitCounts done() const;
};

struct KeptRun {
    RunState state;  // chunks and attempts are filled in when it is read
    std::string gzip_plan;
    std::map<std::string, std::string, std::less<>> inputs;
    std::vector<KeptChunk> chunks;
    std::map<std::pair<std::int64_t, int>, StoredAttempt> attempts;
    std::map<ResultStore::SegmentRef, KeptSegment> segments;
};

struct World {
    std::map<RunKey, KeptRun> runs;
    std::vector<RunKey> order;  // as they were opened
    std::map<std::string, std::string, std::less<>> keys;
};

scan::UnitCounts KeptChunk::done() const {
    scan::UnitCounts counts;
    for (const auto& [id, status] : units) {
        if (status) counts.add(*status);
    }
    return counts;
}

Result<KeptRun*> known_run(World& world, const RunKey& key) {
    const auto found = world.runs.find(key);
    if (found == world.runs.end()) return std::unexpected(no_such_run(key));
    return &found->second;
}

Result<KeptRun*> open_run(World& world, const RunKey& key) {
    auto* run = TRY(known_run(world, key));
    if (run->state.summary.closed) return std::unexpected(run_is_closed(key));
    return run;
}

StoredAttempt& attempt_of(KeptRun& run, const AttemptKey& key) {
    auto& attempt = run.attempts[{key.chunk, key.attempt}];
    attempt.chunk = key.chunk;
    attempt.attempt = key.attempt;
    return attempt;
}

AttemptFacts facts_of(const KeptRun& run, const AttemptKey& key) {
    AttemptFacts facts{.run_closed = run.state.summary.closed};
    if (key.chunk >= 0 && static_cast<std::size_t>(key.chunk) < run.chunks.size()) {
        const auto& chunk = run.chunks[static_cast<std::size_t>(key.chunk)];
        facts.chunk_exists = true;
        facts.units_missing = chunk.units.size() - chunk.done().total();
        facts.complete_by = chunk.complete_by;
    }
    const auto found = run.attempts.find({key.chunk, key.attempt});
    if (found == run.attempts.end()) return facts;
    facts.segments = found->second.segments;
    facts.bytes = found->second.bytes;
    facts.commit = found->second.commit;
    return facts;
}

Result<> write(World& world, OpenRun& w) {
    const auto found = world.runs.find(w.run);
    if (found != world.runs.end()) {
        if (found->second.state.job_json == w.job_json) return {};
        return fail(ErrorKind::Conflict,
                    fmt::format("{} exists with another job", describe(w.run)));
    }
    auto& run = world.runs[w.run];
    run.state.summary.run = w.run;
    run.state.summary.created_at = w.created_at;
    run.state.job_json = w.job_json;
    world.order.push_back(w.run);
    world.keys.emplace(w.run.namespace_, w.redaction_key);
    return {};
}

Result<> write(World& world, PutPlan& w) {
    auto* const found = TRY(open_run(world, w.run));
    auto& run = *found;
    if (run.state.plan_sha256 == w.sha256) return {};
    if (run.state.plan) return fail(ErrorKind::Conflict, "another plan was accepted for this run");
    run.state.plan_sha256 = w.sha256;
    run.state.plan = w.plan.head;
    run.gzip_plan = std::move(w.gzip_lines);
    for (auto& chunk : w.plan.chunks) {
        auto& kept = run.chunks.emplace_back(KeptChunk{.chunk = std::move(chunk)});
        for (const auto& unit : kept.chunk.units) kept.units[unit.id];
    }
    return {};
}

Result<> write(World& world, PutInput& w) {
    auto* const found = TRY(open_run(world, w.run));
    auto& run = *found;
    run.inputs.emplace(w.sha256, std::move(w.bytes));
    return {};
}

Result<> write(World& world, PutSegment& w) {
    auto* const found = TRY(known_run(world, w.attempt.run));
    auto& run = *found;
    auto facts = facts_of(run, w.attempt);
    const ResultStore::SegmentRef ref{
        .chunk = w.attempt.chunk, .attempt = w.attempt.attempt, .number = w.number};
    const auto stored = run.segments.find(ref);
    if (stored != run.segments.end()) facts.same_number_sha256 = stored->second.sha256;
    const auto verdict = TRY(judge_segment(w, facts));
    if (verdict == Verdict::Already) return {};
    run.segments[ref] = {.sha256 = w.sha256, .gzip_body = std::move(w.gzip_body)};
    auto& attempt = attempt_of(run, w.attempt);
    attempt.segments = w.number;
    attempt.bytes += w.bytes;
    attempt.lines += w.facts.lines;
    auto& units = run.chunks[static_cast<std::size_t>(w.attempt.chunk)].units;
    for (const auto& end : w.facts.unit_ends) {
        const auto unit = units.find(end.id);
        if (unit == units.end()) continue;
        if (!unit->second || is_better(end.status, *unit->second)) unit->second = end.status;
    }
    return {};
}

Result<> write(World& world, PutCommit& w) {
    auto* const found = TRY(known_run(world, w.attempt.run));
    auto& run = *found;
    const auto verdict = TRY(judge_commit(w, facts_of(run, w.attempt)));
    if (verdict == Verdict::Already) return {};
    attempt_of(run, w.attempt).commit = w.commit;
    if (w.commit.status == scan::StreamStatus::Complete) {
        run.chunks[static_cast<std::size_t>(w.attempt.chunk)].complete_by = w.attempt.attempt;
    }
    return {};
}

Result<> write(World& world, StartedAttempt& w) {
    auto* const run = TRY(known_run(world, w.attempt.run));
    auto& attempt = attempt_of(*run, w.attempt);
    attempt.created_at = w.at;
    attempt.limit = w.limit;
    return {};
}

Result<> write(World& world, EndedAttempt& w) {
    auto* const run = TRY(known_run(world, w.attempt.run));
    auto& attempt = attempt_of(*run, w.attempt);
    if (!attempt.end) attempt.end = std::move(w);
    return {};
}

Result<> write(World& world, CloseRun& w) {
    auto* const run = TRY(known_run(world, w.run));
    run->state.summary.closed = true;
    return {};
}

Result<> write(World& world, MarkMerged& w) {
    auto* const run = TRY(known_run(world, w.run));
    run->state.summary.merged = true;
    return {};
}

Result<> write(World& world, PutStatus& w) {
    auto* const run = TRY(known_run(world, w.run));
    run->state.summary.status_json = std::move(w.status_json);
    return {};
}

RunState state_of(const KeptRun& run) {
    auto state = run.state;
    for (const auto& kept : run.chunks) {
        state.chunks.push_back({.index = kept.chunk.index,
                                .concurrency_key = kept.chunk.concurrency_key,
                                .weight_millis = kept.chunk.weight_millis,
                                .units = kept.units.size(),
                                .done = kept.done(),
                                .committed = kept.complete_by != 0});
    }
    for (const auto& [key, attempt] : run.attempts) state.attempts.push_back(attempt);
    for (const auto& [digest, bytes] : run.inputs) state.inputs_bytes += bytes.size();
    return state;
}

Result<std::string> segment_text(const KeptSegment& segment) {
    return base::gunzip(segment.gzip_body, {.bytes_max = scan::kSegmentBytesMax});
}

Result<ChunkWork> work_of(const KeptRun& run, std::uint32_t index) {
    if (index >= run.chunks.size()) {
        return fail(ErrorKind::NotFound, fmt::format("chunk {} is not in the store", index));
    }
    const auto& kept = run.chunks[index];
    ChunkWork work{.chunk_line = scan::chunk_line(kept.chunk)};
    for (const auto& [id, status] : kept.units) {
        if (status) work.done_units.push_back(id);
    }
    Suspects suspects;
    for (const auto& [ref, segment] : run.segments) {
        if (ref.chunk != index) continue;
        const auto text = TRY(segment_text(segment));
        TRY(suspects.look_at(text));
    }
    work.suspect_units = suspects.without(work.done_units);
    return work;
}

Result<std::string> blob_of(const KeptRun& run, BlobKind kind, std::string_view id) {
    const auto missing = fail(ErrorKind::NotFound, fmt::format("'{}' is not in the store", id));
    switch (kind) {
    case BlobKind::Input: {
        const auto input = run.inputs.find(id);
        if (input == run.inputs.end()) return missing;
        return input->second;
    }
    case BlobKind::Plan:
        if (!run.state.plan) return missing;
        return run.gzip_plan;
    case BlobKind::Chunk: {
        std::size_t index = run.chunks.size();
        std::from_chars(id.data(), id.data() + id.size(), index);
        if (index >= run.chunks.size()) return missing;
        return scan::chunk_line(run.chunks[index].chunk);
    }
    case BlobKind::RedactionKey: break;
    }
    return fail(ErrorKind::Internal, "unknown kind of blob");
}

class MemoryStore final : public ResultStore {
public:
    void submit(Write one, Done done) override {
        auto answer = world_.with([&](World& world) {
            return std::visit([&](auto& w) { return write(world, w); }, one);
        });
        done(std::move(answer));
    }

    Result<RunState> load(const RunKey& key) override {
        return with_run(key, [](KeptRun& run) -> Result<RunState> { return state_of(run); });
    }

    Result<std::vector<RunSummary>> list() override {
        return world_.with([](World& world) -> Result<std::vector<RunSummary>> {
            std::vector<RunSummary> runs;
            for (const auto& key : world.order) runs.push_back(world.runs[key].state.summary);
            std::ranges::stable_sort(runs, {}, &RunSummary::created_at);
            return runs;
        });
    }

    Result<ChunkWork> work(const RunKey& key, std::uint32_t chunk) override {
        return with_run(key, [chunk](KeptRun& run) { return work_of(run, chunk); });
    }

    Result<std::string> blob(const RunKey& key, BlobKind kind, std::string_view id) override {
        if (kind != BlobKind::RedactionKey) {
            return with_run(key, [&](KeptRun& run) { return blob_of(run, kind, id); });
        }
        return world_.with([&](World& world) -> Result<std::string> {
            const auto found = world.keys.find(id);
            if (found != world.keys.end()) return found->second;
            return fail(ErrorKind::NotFound,
                        fmt::format("the redaction key of namespace {} is not in the store", id));
        });
    }

    Result<> each_segment(const RunKey& key, const TakeSegment& take,
                          std::optional<Only> only) override {
        // A copy: `take` may call the store again.
        const auto segments =
            TRY(with_run(key, [](KeptRun& run) -> Result<std::map<SegmentRef, KeptSegment>> {
                return run.segments;
            }));
        for (const auto& [ref, segment] : segments) {
            if (only && (ref.chunk != only->chunk || ref.attempt != only->attempt)) continue;
            const auto text = TRY(segment_text(segment));
            TRY(take(ref, text));
        }
        return {};
    }

    Result<> erase(const RunKey& key) override {
        return world_.with([&](World& world) -> Result<> {
            if (world.runs.erase(key) == 0) return std::unexpected(no_such_run(key));
            std::erase(world.order, key);
            return {};
        });
    }

private:
    template <typename Use>
    auto with_run(const RunKey& key, Use&& use) -> decltype(use(std::declval<KeptRun&>())) {
        return world_.with([&](World& world) -> decltype(use(std::declval<KeptRun&>())) {
            auto* const run = TRY(known_run(world, key));
            return use(*run);
        });
    }

    base::Guarded<World> world_;
};

}  // namespace

std::unique_ptr<ResultStore> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace results
