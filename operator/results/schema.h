// The store's tables and how older files are brought forward.
#pragma once

#include <soci/soci.h>

#include "base/result.h"

#include <span>
#include <string_view>

namespace results::sqlite {

// The statements that lead from one version to the next. Portable SQL: PostgreSQL takes them with
// bytea for blob.
using Migration = std::span<const std::string_view>;
std::span<const Migration> all_migrations();

// Brings the database to version migrations.size(), in the transaction that the caller has begun.
// Invalid: it is newer, or holds tables of something else. Throws soci::soci_error.
base::Result<> migrate(soci::session& sql, std::span<const Migration> migrations);

// 0: empty. Invalid: tables of something else.
base::Result<int> schema_version(soci::session& sql);

base::Error newer_schema(int found, std::size_t known);

}  // namespace results::sqlite
