#include "operator/results/schema.h"

#include "operator/results/sqlite_session.h"

#include <fmt/format.h>

#include <array>

namespace results::sqlite {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

constexpr std::array<std::string_view, 9> kVersion1 = {
    "create table redaction_keys (namespace text primary key, key_bytes blob not null)",

    "create table runs (id bigint primary key, namespace text not null, job text not null, "
    "run_id text not null, job_json text not null, created_ms bigint not null, "
    "closed bigint not null, merged bigint not null, status_json text not null, "
    "plan_sha256 text not null, plan_head text not null, unique (namespace, job, run_id))",

    "create table plans (run bigint primary key, gzip_lines blob not null)",

    // ok … timed_out: distinct units by their best status, kept up to date so that no read has to
    // count.
    "create table chunks (run bigint not null, idx bigint not null, concurrency_key text not null, "
    "weight_millis bigint not null, units bigint not null, gzip_line blob not null, "
    "ok bigint not null, failed bigint not null, skipped bigint not null, "
    "forbidden bigint not null, timed_out bigint not null, complete_by bigint not null, "
    "primary key (run, idx))",

    "create table inputs (run bigint not null, sha256 text not null, size bigint not null, "
    "bytes blob not null, primary key (run, sha256))",

    "create table attempts (run bigint not null, chunk bigint not null, attempt bigint not null, "
    "created_ms bigint not null, limit_ms bigint not null, segments bigint not null, "
    "bytes bigint not null, lines bigint not null, commit_json text not null, "
    "end_word text not null, exit_code bigint not null, charged bigint not null, "
    "reason text not null, message text not null, end_ms bigint not null, "
    "primary key (run, chunk, attempt))",

    "create table segments (run bigint not null, chunk bigint not null, attempt bigint not null, "
    "number bigint not null, sha256 text not null, bytes bigint not null, gzip_body blob not null, "
    "primary key (run, chunk, attempt, number))",

    // One row a planned unit; status empty until a terminal line comes.
    "create table units (run bigint not null, chunk bigint not null, unit_id text not null, "
    "status text not null, reason text not null, primary key (run, chunk, unit_id))",

    "create table schema_version (version bigint not null)",
};

constexpr std::array<Migration, 1> kMigrations = {Migration(kVersion1)};

bool has_table(soci::session& sql, const std::string& name) {
    Number found = 0;
    sql << "select 1 from sqlite_master where type = 'table' and name = :n", soci::into(found),
        soci::use(name);
    return sql.got_data();
}

bool has_any_table(soci::session& sql) {
    Number found = 0;
    sql << "select 1 from sqlite_master where type = 'table' limit 1", soci::into(found);
    return sql.got_data();
}

}  // namespace

std::span<const Migration> all_migrations() { return kMigrations; }

base::Error newer_schema(int found, std::size_t known) {
    return base::Error(
        ErrorKind::Invalid,
        fmt::format("the store has schema version {}, this program knows up to {}: use the "
                    "newer program that wrote it",
                    found, known));
}

Result<int> schema_version(soci::session& sql) {
    if (!has_table(sql, "schema_version")) {
        if (has_any_table(sql)) return fail(ErrorKind::Invalid, "a database of another program");
        return 0;
    }
    Number version = 0;
    sql << "select version from schema_version", soci::into(version);
    if (!sql.got_data()) return fail(ErrorKind::Invalid, "a store without a schema version");
    return static_cast<int>(version);
}

Result<> migrate(soci::session& sql, std::span<const Migration> migrations) {
    const int found = TRY(schema_version(sql));
    const auto target = migrations.size();
    if (static_cast<std::size_t>(found) > target)
        return std::unexpected(newer_schema(found, target));
    for (const auto& migration : migrations.subspan(static_cast<std::size_t>(found))) {
        for (const auto statement : migration) sql << std::string(statement);
    }
    const auto version = static_cast<Number>(target);
    if (found == 0) {
        sql << "insert into schema_version (version) values (:v)", soci::use(version);
    } else if (static_cast<std::size_t>(found) < target) {
        sql << "update schema_version set version = :v", soci::use(version);
    }
    return {};
}

}  // namespace results::sqlite
