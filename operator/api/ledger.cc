#include "operator/api/ledger.h"

#include <fmt/format.h>

#include <utility>

namespace api {

using base::ErrorKind;
using base::fail;
using base::Result;
using results::AttemptKey;
using results::RunKey;

namespace {

std::pair<std::int64_t, int> id_of(const AttemptKey& attempt) {
    return {attempt.chunk, attempt.attempt};
}

std::unexpected<base::Error> beyond(std::string_view what, std::uint64_t limit) {
    return fail(ErrorKind::TooLarge, fmt::format("the limit of {} {} is reached", limit, what));
}

}  // namespace

Ledger::SharedRun Ledger::find(const RunKey& run) {
    return runs_.with([&](auto& runs) {
        auto& shared = runs[run];
        if (!shared) shared = std::make_shared<base::Guarded<Run>>();
        return shared;
    });
}

Result<> Ledger::load(const RunKey& key, Run& run) {
    const auto state = TRY(store_.load(key));
    run.inputs_bytes = state.inputs_bytes;
    if (state.plan) run.plan_head = scan::plan_head_line(*state.plan);
    for (const auto& attempt : state.attempts) {
        auto& stream = run.streams[{attempt.chunk, attempt.attempt}];
        stream.segments = attempt.segments;
        stream.bytes = attempt.bytes;
        stream.lines = attempt.lines;
        stream.committed = attempt.commit.has_value();
        run.bytes += attempt.bytes;
    }
    run.loaded = true;
    return {};
}

// Whoever comes first loads; the others of the same run wait for it.
Result<Ledger::SharedRun> Ledger::loaded(const RunKey& key) {
    auto shared = find(key);
    TRY(shared->with([&](Run& run) { return run.loaded ? Result<>() : load(key, run); }));
    return shared;
}

Result<> Ledger::room_for(const AttemptKey& attempt, std::uint32_t number, std::uint64_t bytes,
                          const scan::SegmentFacts& facts) {
    const auto shared = TRY(loaded(attempt.run));
    // Unit lines and the end must still find a place when findings no longer do.
    const std::uint64_t factor = facts.findings == 0 && facts.records == 0 ? 2 : 1;
    return shared->with([&](const Run& run) -> Result<> {
        Stream stream;
        const auto found = run.streams.find(id_of(attempt));
        if (found != run.streams.end()) {
            stream.segments = found->second.segments;
            stream.bytes = found->second.bytes;
            stream.lines = found->second.lines;
        }
        if (number <= stream.segments) return {};  // a repetition takes no room
        if (stream.bytes + bytes > factor * limits_.attempt_bytes_max) {
            return beyond("bytes per attempt", limits_.attempt_bytes_max);
        }
        if (stream.lines + facts.lines > factor * limits_.attempt_lines_max) {
            return beyond("lines per attempt", limits_.attempt_lines_max);
        }
        if (run.bytes + bytes > factor * limits_.run_bytes_max)
            return beyond("bytes per run", limits_.run_bytes_max);
        return {};
    });
}

Result<> Ledger::room_for_input(const RunKey& key, std::uint64_t bytes) {
    const auto shared = TRY(loaded(key));
    return shared->with([&](const Run& run) -> Result<> {
        if (run.inputs_bytes + bytes > limits_.inputs_bytes_max) {
            return beyond("bytes of inputs per run", limits_.inputs_bytes_max);
        }
        return {};
    });
}

void Ledger::hash(const AttemptKey& attempt, std::uint32_t number, std::string_view bytes) {
    // Taken out while it works, so that other attempts of the run do not wait for a megabyte of
    // SHA-256.
    std::optional<base::Sha256> digest;
    const auto shared = find(attempt.run);
    const bool in_step = shared->with([&](Run& run) {
        auto& stream = run.streams[id_of(attempt)];
        if (number <= stream.hashed) return false;
        if (number == 1) stream.digest.emplace();
        if (number != stream.hashed + 1 || !stream.digest) return false;
        digest = std::exchange(stream.digest, std::nullopt);
        return true;
    });
    if (!in_step) return;
    digest->update(bytes);
    shared->with([&](Run& run) {
        auto& stream = run.streams[id_of(attempt)];
        stream.digest = std::move(digest);
        stream.hashed = number;
    });
}

bool Ledger::segment_stored(const AttemptKey& attempt, std::uint32_t number, std::uint64_t bytes,
                            std::uint64_t lines) {
    return find(attempt.run)->with([&](Run& run) {
        auto& stream = run.streams[id_of(attempt)];
        if (number <= stream.segments) return false;
        stream.segments = number;
        stream.bytes += bytes;
        stream.lines += lines;
        run.bytes += bytes;
        return true;
    });
}

void Ledger::input_stored(const RunKey& key, std::uint64_t bytes) {
    find(key)->with([&](Run& run) { run.inputs_bytes += bytes; });
}

bool Ledger::mark_truncated(const AttemptKey& attempt) {
    return find(attempt.run)->with([&](Run& run) {
        return !std::exchange(run.streams[id_of(attempt)].truncated, true);
    });
}

bool Ledger::mark_committed(const AttemptKey& attempt) {
    return find(attempt.run)->with([&](Run& run) {
        return !std::exchange(run.streams[id_of(attempt)].committed, true);
    });
}

Result<std::string> Ledger::digest_from_store(const AttemptKey& attempt) {
    base::Sha256 digest;
    TRY(store_.each_segment(
        attempt.run,
        [&](const results::ResultStore::SegmentRef&, std::string_view bytes) -> Result<> {
            digest.update(bytes);
            return {};
        },
        results::ResultStore::Only{.chunk = attempt.chunk, .attempt = attempt.attempt}));
    return digest.hex();
}

Result<> Ledger::check_digest(const AttemptKey& attempt, const scan::Commit& commit) {
    const auto shared = TRY(loaded(attempt.run));
    bool comparable = false;
    auto digest = shared->with([&](Run& run) -> std::optional<std::string> {
        const auto& stream = run.streams[id_of(attempt)];
        comparable = stream.segments == commit.segments && stream.bytes == commit.bytes;
        if (stream.hashed != stream.segments || !stream.digest) return std::nullopt;
        return stream.digest->hex();
    });
    if (!comparable) return {};
    if (digest == commit.sha256) return {};
    // What was fed to the digest may have been refused by the store and sent again otherwise: only
    // the store knows.
    const auto stored = TRY(digest_from_store(attempt));
    if (stored == commit.sha256) return {};
    return fail(ErrorKind::Conflict, "the commit's digest is not that of the stored stream");
}

Result<std::string> Ledger::plan_head(const RunKey& key) {
    const auto shared = TRY(loaded(key));
    return shared->with([&](Run& run) -> Result<std::string> {
        if (run.plan_head.empty()) {
            const auto state = TRY(store_.load(key));
            if (!state.plan) return fail(ErrorKind::NotFound, "the run has no plan yet");
            run.plan_head = scan::plan_head_line(*state.plan);
        }
        return run.plan_head;
    });
}

void Ledger::forget_run(const RunKey& run) {
    runs_.with([&](auto& runs) { runs.erase(run); });
}

}  // namespace api
