// One SQLite connection through SOCI, and what its failures mean. SOCI and SQLite headers end in
// the sqlite_* files.
#pragma once

#include <soci/soci.h>

#include "operator/results/sqlite.h"

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace results::sqlite {

// SOCI reads INTEGER columns whole only into this type.
using Number = long long;

enum class Use { Write, Read };

// Throws soci::soci_error. Write makes the file where it is missing.
std::unique_ptr<soci::session> connect(const SqliteOptions& options, Use use);

// Unavailable: disk full, I/O error, locked. Forbidden: may not be read or written. Invalid:
// damaged, or no database.
base::Error to_error(const std::exception& failure, const base::os::Path& file);
// The statement itself was refused (a constraint, a size); the connection and its transaction are
// fine.
bool is_about_statement(const std::exception& failure);
bool is_locked(const std::exception& failure);

// Which file a path leads to: another one after it was deleted or replaced.
struct FileId {
    unsigned long long device = 0;
    unsigned long long inode = 0;
    bool operator==(const FileId&) const = default;
};
std::optional<FileId> file_id(const base::os::Path& file);

void fill(soci::blob& blob, std::string_view bytes);
std::string bytes_of(soci::blob& blob);

}  // namespace results::sqlite
