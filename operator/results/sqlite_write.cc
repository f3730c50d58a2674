#include "operator/results/sqlite_write.h"

#include "base/gzip.h"
#include "operator/results/rules.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace results::sqlite {

using base::ErrorKind;
using base::fail;
using base::Result;
using soci::into;
using soci::use;

namespace {

Number number_of(std::uint64_t value) { return static_cast<Number>(value); }

Result<> write(soci::session& sql, const OpenRun& w) {
    std::string stored;
    sql << "select job_json from runs where namespace = :n and job = :j and run_id = :r",
        into(stored), use(w.run.namespace_), use(w.run.job), use(w.run.run_id);
    if (sql.got_data()) {
        if (stored == w.job_json) return {};
        return fail(ErrorKind::Conflict,
                    fmt::format("{} exists with another job", describe(w.run)));
    }
    Number id = 0;
    sql << "select coalesce(max(id), 0) + 1 from runs", into(id);
    const Number created = w.created_at.time_since_epoch().count();
    sql << "insert into runs (id, namespace, job, run_id, job_json, created_ms, closed, merged, "
           "status_json, plan_sha256, plan_head) values (:i, :n, :j, :r, :d, :c, 0, 0, '', '', '')",
        use(id), use(w.run.namespace_), use(w.run.job), use(w.run.run_id), use(w.job_json),
        use(created);
    soci::blob key(sql);
    fill(key, w.redaction_key);
    sql << "insert into redaction_keys (namespace, key_bytes) values (:n, :k) "
           "on conflict (namespace) do nothing",
        use(w.run.namespace_), use(key);
    return {};
}

Result<RunRow> open_run(soci::session& sql, const RunKey& run) {
    const auto row = find_run(sql, run);
    if (!row) return std::unexpected(no_such_run(run));
    if (row->closed) return std::unexpected(run_is_closed(run));
    return *row;
}

Result<RunRow> known_run(soci::session& sql, const RunKey& run) {
    const auto row = find_run(sql, run);
    if (!row) return std::unexpected(no_such_run(run));
    return *row;
}

void insert_chunk(soci::session& sql, Number run, const scan::Chunk& chunk,
                  const std::string& gzip_line) {
    const Number index = chunk.index;
    const Number weight = chunk.weight_millis;
    const auto units = number_of(chunk.units.size());
    soci::blob line(sql);
    fill(line, gzip_line);
    sql << "insert into chunks (run, idx, concurrency_key, weight_millis, units, gzip_line, ok, "
           "failed, "
           "skipped, forbidden, timed_out, complete_by) values (:r, :i, :k, :w, :u, :l, 0, 0, 0, "
           "0, 0, 0)",
        use(run), use(index), use(chunk.concurrency_key), use(weight), use(units), use(line);
    std::string id;
    soci::statement insert =
        (sql.prepare << "insert into units (run, chunk, unit_id, status, reason) "
                        "values (:r, :c, :u, '', '')",
         use(run), use(index), use(id));
    for (const auto& unit : chunk.units) {
        id = unit.id;
        insert.execute(true);
    }
}

Result<> write_plan(soci::session& sql, const PutPlan& w,
                    const std::vector<std::string>& gzip_chunks) {
    const auto run = TRY(open_run(sql, w.run));
    std::string accepted;
    sql << "select plan_sha256 from runs where id = :i", into(accepted), use(run.id);
    if (accepted == w.sha256) return {};
    if (!accepted.empty())
        return fail(ErrorKind::Conflict, "another plan was accepted for this run");
    const auto head = scan::plan_head_line(w.plan.head);
    sql << "update runs set plan_sha256 = :s, plan_head = :h where id = :i", use(w.sha256),
        use(head), use(run.id);
    soci::blob lines(sql);
    fill(lines, w.gzip_lines);
    sql << "insert into plans (run, gzip_lines) values (:r, :l)", use(run.id), use(lines);
    for (std::size_t i = 0; i < w.plan.chunks.size(); ++i) {
        insert_chunk(sql, run.id, w.plan.chunks[i], gzip_chunks[i]);
    }
    return {};
}

Result<> write(soci::session& sql, const PutInput& w) {
    const auto run = TRY(open_run(sql, w.run));
    const auto size = number_of(w.bytes.size());
    soci::blob bytes(sql);
    fill(bytes, w.bytes);
    sql << "insert into inputs (run, sha256, size, bytes) values (:r, :s, :z, :b) "
           "on conflict (run, sha256) do nothing",
        use(run.id), use(w.sha256), use(size), use(bytes);
    return {};
}

struct AttemptIds {
    Number run = 0;
    Number chunk = 0;
    Number attempt = 0;
};

AttemptIds ids_of(const RunRow& run, const AttemptKey& key) {
    return {.run = run.id, .chunk = key.chunk, .attempt = key.attempt};
}

void ensure_attempt(soci::session& sql, const AttemptIds& ids) {
    sql << "insert into attempts (run, chunk, attempt, created_ms, limit_ms, segments, bytes, "
           "lines, "
           "commit_json, end_word, exit_code, charged, reason, message, end_ms) "
           "values (:r, :c, :a, 0, 0, 0, 0, 0, '', '', 0, 0, '', '', 0) "
           "on conflict (run, chunk, attempt) do nothing",
        use(ids.run), use(ids.chunk), use(ids.attempt);
}

Result<AttemptFacts> facts_of(soci::session& sql, const RunRow& run, const AttemptIds& ids) {
    AttemptFacts facts{.run_closed = run.closed};
    Number missing = 0;
    Number complete_by = 0;
    sql << "select units - ok - failed - skipped - forbidden - timed_out, complete_by from chunks "
           "where run = :r and idx = :c",
        into(missing), into(complete_by), use(ids.run), use(ids.chunk);
    facts.chunk_exists = sql.got_data();
    facts.units_missing = static_cast<std::uint64_t>(missing);
    facts.complete_by = static_cast<int>(complete_by);
    Number segments = 0;
    Number bytes = 0;
    std::string commit;
    sql << "select segments, bytes, commit_json from attempts "
           "where run = :r and chunk = :c and attempt = :a",
        into(segments), into(bytes), into(commit), use(ids.run), use(ids.chunk), use(ids.attempt);
    if (!sql.got_data()) return facts;
    facts.segments = static_cast<std::uint32_t>(segments);
    facts.bytes = static_cast<std::uint64_t>(bytes);
    if (!commit.empty()) facts.commit = TRY(scan::parse_commit(commit));
    return facts;
}

// Which of the five counters of a chunk.
constexpr std::array<const char*, 5> kCounters = {"ok", "failed", "skipped", "forbidden",
                                                  "timed_out"};
using Deltas = std::array<Number, kCounters.size()>;

void improve_unit(soci::session& sql, const AttemptIds& ids, const scan::SegmentFacts::UnitEnd& end,
                  Deltas& deltas) {
    std::string word;
    sql << "select status from units where run = :r and chunk = :c and unit_id = :u", into(word),
        use(ids.run), use(ids.chunk), use(end.id);
    if (!sql.got_data()) return;  // not a unit of this chunk
    const auto stored = scan::unit_status_from(word);
    if (!stored || !is_better(end.status, *stored)) return;
    const std::string status(scan::stream_word(end.status));
    sql << "update units set status = :s, reason = :e where run = :r and chunk = :c and unit_id = "
           ":u",
        use(status), use(end.reason), use(ids.run), use(ids.chunk), use(end.id);
    --deltas[static_cast<std::size_t>(*stored)];
    ++deltas[static_cast<std::size_t>(end.status)];
}

void record_unit_ends(soci::session& sql, const AttemptIds& ids,
                      const std::vector<scan::SegmentFacts::UnitEnd>& ends) {
    if (ends.empty()) return;
    Deltas deltas{};
    std::string status;
    std::string reason;
    std::string id;
    soci::statement first =
        (sql.prepare << "update units set status = :s, reason = :e "
                        "where run = :r and chunk = :c and unit_id = :u and status = ''",
         use(status), use(reason), use(ids.run), use(ids.chunk), use(id));
    for (const auto& end : ends) {
        status = scan::stream_word(end.status);
        reason = end.reason;
        id = end.id;
        first.execute(true);
        if (first.get_affected_rows() > 0) {
            ++deltas[static_cast<std::size_t>(end.status)];
        } else {
            improve_unit(sql, ids, end, deltas);
        }
    }
    sql << "update chunks set ok = ok + :a, failed = failed + :b, skipped = skipped + :d, "
           "forbidden = forbidden + :e, timed_out = timed_out + :f where run = :r and idx = :c",
        use(deltas[0]), use(deltas[1]), use(deltas[2]), use(deltas[3]), use(deltas[4]),
        use(ids.run), use(ids.chunk);
}

Result<> write(soci::session& sql, const PutSegment& w) {
    const auto run = TRY(known_run(sql, w.attempt.run));
    const auto ids = ids_of(run, w.attempt);
    auto facts = TRY(facts_of(sql, run, ids));
    const Number number = w.number;
    std::string stored;
    sql << "select sha256 from segments where run = :r and chunk = :c and attempt = :a and number "
           "= :n",
        into(stored), use(ids.run), use(ids.chunk), use(ids.attempt), use(number);
    if (sql.got_data()) facts.same_number_sha256 = stored;
    const auto verdict = TRY(judge_segment(w, facts));
    if (verdict == Verdict::Already) return {};
    const auto bytes = number_of(w.bytes);
    const auto lines = number_of(w.facts.lines);
    ensure_attempt(sql, ids);
    soci::blob body(sql);
    fill(body, w.gzip_body);
    sql << "insert into segments (run, chunk, attempt, number, sha256, bytes, gzip_body) "
           "values (:r, :c, :a, :n, :s, :b, :g)",
        use(ids.run), use(ids.chunk), use(ids.attempt), use(number), use(w.sha256), use(bytes),
        use(body);
    sql << "update attempts set segments = :n, bytes = bytes + :b, lines = lines + :l "
           "where run = :r and chunk = :c and attempt = :a",
        use(number), use(bytes), use(lines), use(ids.run), use(ids.chunk), use(ids.attempt);
    record_unit_ends(sql, ids, w.facts.unit_ends);
    return {};
}

Result<> write(soci::session& sql, const PutCommit& w) {
    const auto run = TRY(known_run(sql, w.attempt.run));
    const auto ids = ids_of(run, w.attempt);
    const auto facts = TRY(facts_of(sql, run, ids));
    const auto verdict = TRY(judge_commit(w, facts));
    if (verdict == Verdict::Already) return {};
    const auto json = scan::commit_to_json(w.commit);
    ensure_attempt(sql, ids);
    sql << "update attempts set commit_json = :j where run = :r and chunk = :c and attempt = :a",
        use(json), use(ids.run), use(ids.chunk), use(ids.attempt);
    if (w.commit.status != scan::StreamStatus::Complete) return {};
    sql << "update chunks set complete_by = :a where run = :r and idx = :c", use(ids.attempt),
        use(ids.run), use(ids.chunk);
    return {};
}

Result<> write(soci::session& sql, const StartedAttempt& w) {
    const auto run = TRY(known_run(sql, w.attempt.run));
    const auto ids = ids_of(run, w.attempt);
    const Number created = w.at.time_since_epoch().count();
    const Number limit = w.limit.count();
    ensure_attempt(sql, ids);
    sql << "update attempts set created_ms = :t, limit_ms = :l where run = :r and chunk = :c and "
           "attempt = :a",
        use(created), use(limit), use(ids.run), use(ids.chunk), use(ids.attempt);
    return {};
}

Result<> write(soci::session& sql, const EndedAttempt& w) {
    const auto run = TRY(known_run(sql, w.attempt.run));
    const auto ids = ids_of(run, w.attempt);
    const std::string word(scan::to_string(w.end));
    const Number exit_code = w.exit_code;
    const Number charged = w.charged ? 1 : 0;
    const Number at = w.at.time_since_epoch().count();
    ensure_attempt(sql, ids);
    sql << "update attempts set end_word = :w, exit_code = :x, charged = :h, reason = :e, message "
           "= :m, "
           "end_ms = :t where run = :r and chunk = :c and attempt = :a and end_word = ''",
        use(word), use(exit_code), use(charged), use(w.reason), use(w.message), use(at),
        use(ids.run), use(ids.chunk), use(ids.attempt);
    return {};
}

Result<> write(soci::session& sql, const CloseRun& w) {
    const auto run = TRY(known_run(sql, w.run));
    sql << "update runs set closed = 1 where id = :i", use(run.id);
    return {};
}

Result<> write(soci::session& sql, const MarkMerged& w) {
    const auto run = TRY(known_run(sql, w.run));
    sql << "update runs set merged = 1 where id = :i", use(run.id);
    return {};
}

Result<> write(soci::session& sql, const PutStatus& w) {
    const auto run = TRY(known_run(sql, w.run));
    sql << "update runs set status_json = :s where id = :i", use(w.status_json), use(run.id);
    return {};
}

}  // namespace

std::optional<RunRow> find_run(soci::session& sql, const RunKey& run) {
    Number id = 0;
    Number closed = 0;
    sql << "select id, closed from runs where namespace = :n and job = :j and run_id = :r",
        into(id), into(closed), use(run.namespace_), use(run.job), use(run.run_id);
    if (!sql.got_data()) return std::nullopt;
    return RunRow{.id = id, .closed = closed != 0};
}

Prepared prepare(Write write) {
    Prepared prepared{.write = std::move(write)};
    if (const auto* plan = std::get_if<PutPlan>(&prepared.write)) {
        for (const auto& chunk : plan->plan.chunks) {
            prepared.gzip_chunks.push_back(base::gzip(scan::chunk_line(chunk)));
        }
    }
    return prepared;
}

Result<> apply(soci::session& sql, const Prepared& prepared) {
    if (const auto* plan = std::get_if<PutPlan>(&prepared.write)) {
        return write_plan(sql, *plan, prepared.gzip_chunks);
    }
    return std::visit(
        [&sql](const auto& w) -> Result<> {
            if constexpr (std::is_same_v<std::decay_t<decltype(w)>, PutPlan>) {
                return {};
            } else {
                return write(sql, w);
            }
        },
        prepared.write);
}

Result<> erase(soci::session& sql, const RunKey& key) {
    const auto run = TRY(known_run(sql, key));
    for (const auto* table : {"units", "segments", "attempts", "inputs", "chunks", "plans"}) {
        sql << fmt::format("delete from {} where run = :r", table), use(run.id);
    }
    sql << "delete from runs where id = :i", use(run.id);
    return {};
}

}  // namespace results::sqlite
