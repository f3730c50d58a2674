#include "operator/results/sqlite_read.h"

#include "base/gzip.h"
#include "operator/results/rules.h"
#include "operator/results/sqlite_write.h"
#include "operator/results/suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace results::sqlite {

using base::ErrorKind;
using base::fail;
using base::Result;
using soci::into;
using soci::use;

namespace {

base::Instant instant(Number ms) { return base::Instant(base::Duration(ms)); }

Result<RunSummary> summary_of(soci::session& sql, const RunKey& run, Number id) {
    RunSummary summary{.run = run};
    Number created = 0;
    Number closed = 0;
    Number merged = 0;
    sql << "select created_ms, closed, merged, status_json from runs where id = :i", into(created),
        into(closed), into(merged), into(summary.status_json), use(id);
    summary.created_at = instant(created);
    summary.closed = closed != 0;
    summary.merged = merged != 0;
    return summary;
}

std::vector<RunState::ChunkFacts> chunks_of(soci::session& sql, Number run) {
    std::vector<RunState::ChunkFacts> chunks;
    Number index = 0, weight = 0, units = 0, complete_by = 0;
    Number ok = 0, failed = 0, skipped = 0, forbidden = 0, timed_out = 0;
    std::string key;
    soci::statement rows =
        (sql.prepare << "select idx, concurrency_key, weight_millis, units, ok, failed, skipped, "
                        "forbidden, "
                        "timed_out, complete_by from chunks where run = :r order by idx",
         into(index), into(key), into(weight), into(units), into(ok), into(failed), into(skipped),
         into(forbidden), into(timed_out), into(complete_by), use(run));
    rows.execute();
    const auto count = [](Number n) { return static_cast<std::uint64_t>(n); };
    while (rows.fetch()) {
        chunks.push_back({.index = static_cast<std::uint32_t>(index),
                          .concurrency_key = key,
                          .weight_millis = weight,
                          .units = count(units),
                          .done = {.ok = count(ok),
                                   .failed = count(failed),
                                   .skipped = count(skipped),
                                   .forbidden = count(forbidden),
                                   .timed_out = count(timed_out)},
                          .committed = complete_by != 0});
    }
    return chunks;
}

// One row of attempts as SOCI fills it.
struct AttemptRow {
    Number chunk = 0, attempt = 0, created = 0, limit = 0, segments = 0, bytes = 0, lines = 0;
    Number exit_code = 0, charged = 0, end_ms = 0;
    std::string commit, end_word, reason, message;

    Result<StoredAttempt> decoded(const RunKey& run) const;
};

Result<StoredAttempt> AttemptRow::decoded(const RunKey& run) const {
    StoredAttempt stored{.chunk = chunk,
                         .attempt = static_cast<int>(attempt),
                         .created_at = instant(created),
                         .limit = base::Duration(limit),
                         .segments = static_cast<std::uint32_t>(segments),
                         .bytes = static_cast<std::uint64_t>(bytes),
                         .lines = static_cast<std::uint64_t>(lines)};
    if (!commit.empty()) stored.commit = TRY(scan::parse_commit(commit));
    if (end_word.empty()) return stored;
    const auto end = scan::attempt_end_from(end_word);
    if (!end)
        return fail(ErrorKind::Invalid,
                    fmt::format("unknown attempt end '{}' in the store", end_word));
    stored.end = EndedAttempt{.attempt = {.run = run, .chunk = chunk, .attempt = stored.attempt},
                              .end = *end,
                              .exit_code = static_cast<int>(exit_code),
                              .charged = charged != 0,
                              .reason = reason,
                              .message = message,
                              .at = instant(end_ms)};
    return stored;
}

Result<std::vector<StoredAttempt>> attempts_of(soci::session& sql, const RunKey& run, Number id) {
    std::vector<StoredAttempt> attempts;
    AttemptRow row;
    soci::statement rows =
        (sql.prepare
             << "select chunk, attempt, created_ms, limit_ms, segments, bytes, lines, commit_json, "
                "end_word, exit_code, charged, reason, message, end_ms from attempts "
                "where run = :r order by chunk, attempt",
         into(row.chunk), into(row.attempt), into(row.created), into(row.limit), into(row.segments),
         into(row.bytes), into(row.lines), into(row.commit), into(row.end_word),
         into(row.exit_code), into(row.charged), into(row.reason), into(row.message),
         into(row.end_ms), use(id));
    rows.execute();
    while (rows.fetch()) {
        auto attempt = TRY(row.decoded(run));
        attempts.push_back(std::move(attempt));
    }
    return attempts;
}

Result<RunRow> run_row(soci::session& sql, const RunKey& run) {
    const auto row = find_run(sql, run);
    if (!row) return std::unexpected(no_such_run(run));
    return *row;
}

Result<std::string> first_blob(soci::session& sql, soci::blob& bytes, std::string_view what) {
    if (!sql.got_data())
        return fail(ErrorKind::NotFound, fmt::format("{} is not in the store", what));
    return bytes_of(bytes);
}

Result<std::string> gzip_chunk(soci::session& sql, Number run, Number chunk) {
    soci::blob line(sql);
    sql << "select gzip_line from chunks where run = :r and idx = :c", into(line), use(run),
        use(chunk);
    return first_blob(sql, line, fmt::format("chunk {}", chunk));
}

Result<std::string> chunk_text(soci::session& sql, Number run, Number chunk) {
    const auto packed = TRY(gzip_chunk(sql, run, chunk));
    // It was packed by us: any ratio is honest.
    return base::gunzip(packed, {.bytes_max = scan::kChunkBytesMax + (1u << 20),
                                 .ratio_max = std::numeric_limits<std::size_t>::max()});
}

// The last segments of attempts that ended without a commit of a whole chunk: units whose lines
// stand there without an end were in flight. Four segments hold 4 MiB or more; a unit that fell
// silent before that is found by the runner's own rule.
constexpr Number kSuspectSegments = 4;

Result<std::vector<std::string>> suspects_of(soci::session& sql, Number run, Number chunk,
                                             std::vector<std::string>& done) {
    std::ranges::sort(done);
    Suspects suspects;
    soci::blob body(sql);
    soci::statement rows =
        (sql.prepare
             << "select s.gzip_body from segments s join attempts a on a.run = s.run and "
                "a.chunk = s.chunk and a.attempt = s.attempt where s.run = :r and s.chunk = :c "
                "and s.number > a.segments - :n order by s.attempt, s.number",
         into(body), use(run), use(chunk), use(kSuspectSegments));
    rows.execute();
    while (rows.fetch()) {
        const auto text = TRY(base::gunzip(bytes_of(body), {.bytes_max = scan::kSegmentBytesMax}));
        TRY(suspects.look_at(text));
    }
    return suspects.without(done);
}

}  // namespace

Result<RunState> load(soci::session& sql, const RunKey& run) {
    const auto row = TRY(run_row(sql, run));
    RunState state;
    state.summary = TRY(summary_of(sql, run, row.id));
    std::string head;
    sql << "select job_json, plan_sha256, plan_head from runs where id = :i", into(state.job_json),
        into(state.plan_sha256), into(head), use(row.id);
    if (!head.empty()) state.plan = TRY(scan::parse_plan_head(head));
    state.chunks = chunks_of(sql, row.id);
    state.attempts = TRY(attempts_of(sql, run, row.id));
    Number inputs = 0;
    sql << "select coalesce(sum(size), 0) from inputs where run = :r", into(inputs), use(row.id);
    state.inputs_bytes = static_cast<std::uint64_t>(inputs);
    return state;
}

std::vector<RunSummary> list(soci::session& sql) {
    std::vector<RunSummary> runs;
    RunSummary summary;
    Number created = 0, closed = 0, merged = 0;
    soci::statement rows =
        (sql.prepare
             << "select namespace, job, run_id, created_ms, closed, merged, status_json from runs "
                "order by created_ms, id",
         into(summary.run.namespace_), into(summary.run.job), into(summary.run.run_id),
         into(created), into(closed), into(merged), into(summary.status_json));
    rows.execute();
    while (rows.fetch()) {
        summary.created_at = instant(created);
        summary.closed = closed != 0;
        summary.merged = merged != 0;
        runs.push_back(summary);
    }
    return runs;
}

Result<ChunkWork> work(soci::session& sql, const RunKey& run, std::uint32_t index) {
    const auto row = TRY(run_row(sql, run));
    const Number chunk = index;
    ChunkWork work;
    work.chunk_line = TRY(chunk_text(sql, row.id, chunk));
    std::string id;
    soci::statement rows =
        (sql.prepare << "select unit_id from units where run = :r and chunk = :c and "
                        "status <> ''",
         into(id), use(row.id), use(chunk));
    rows.execute();
    while (rows.fetch()) work.done_units.push_back(id);
    work.suspect_units = TRY(suspects_of(sql, row.id, chunk, work.done_units));
    return work;
}

Result<std::string> blob(soci::session& sql, const RunKey& run, BlobKind kind,
                         const std::string& id) {
    soci::blob bytes(sql);
    if (kind == BlobKind::RedactionKey) {
        sql << "select key_bytes from redaction_keys where namespace = :n", into(bytes), use(id);
        return first_blob(sql, bytes, fmt::format("the redaction key of namespace {}", id));
    }
    const auto row = TRY(run_row(sql, run));
    switch (kind) {
    case BlobKind::Input:
        sql << "select bytes from inputs where run = :r and sha256 = :s", into(bytes), use(row.id),
            use(id);
        return first_blob(sql, bytes, fmt::format("input {}", id));
    case BlobKind::Plan:
        sql << "select gzip_lines from plans where run = :r", into(bytes), use(row.id);
        return first_blob(sql, bytes, "the plan");
    case BlobKind::Chunk: {
        Number index = -1;
        std::from_chars(id.data(), id.data() + id.size(), index);
        return chunk_text(sql, row.id, index);
    }
    case BlobKind::RedactionKey: break;
    }
    return fail(ErrorKind::Internal, "unknown kind of blob");
}

Result<> each_segment(soci::session& sql, const RunKey& run, const ResultStore::TakeSegment& take,
                      const std::optional<ResultStore::Only>& only) {
    const auto row = TRY(run_row(sql, run));
    Number chunk = only ? only->chunk : 0;
    Number attempt = only ? only->attempt : 0;
    Number number = 0, bytes = 0;
    Number all = only ? 0 : 1, only_chunk = chunk, only_attempt = attempt;
    soci::blob body(sql);
    soci::statement rows =
        (sql.prepare
             << "select chunk, attempt, number, bytes, gzip_body from segments where run = :r and "
                "(:all = 1 or (chunk = :c and attempt = :a)) order by chunk, attempt, number",
         into(chunk), into(attempt), into(number), into(bytes), into(body), use(row.id), use(all),
         use(only_chunk), use(only_attempt));
    rows.execute();
    while (rows.fetch()) {
        const auto text = base::gunzip(bytes_of(body), {.bytes_max = scan::kSegmentBytesMax});
        if (!text || text->size() != static_cast<std::size_t>(bytes)) {
            return fail(ErrorKind::Invalid,
                        fmt::format("{}: stored segment {} of chunk {}, attempt {} is damaged",
                                    describe(run), number, chunk, attempt));
        }
        TRY(take({.chunk = chunk,
                  .attempt = static_cast<int>(attempt),
                  .number = static_cast<std::uint32_t>(number)},
                 *text));
    }
    return {};
}

}  // namespace results::sqlite
