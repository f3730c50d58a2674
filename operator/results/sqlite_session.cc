#include "operator/results/sqlite_session.h"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace results::sqlite {

using base::Error;
using base::ErrorKind;

namespace {

// 16 MiB of log before it is copied into the file: segments come in batches of several MiB, and
// each copy costs a sync.
constexpr int kCheckpointPages = 4'096;

int code_of(const std::exception& failure) {
    const auto* error = dynamic_cast<const soci::sqlite3_soci_error*>(&failure);
    return error == nullptr ? SQLITE_OK : error->result() & 0xff;
}

// The file holds findings and the redaction key: nobody else's to read. SQLite gives its log the
// same mode.
void make_private(const base::os::Path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
}

}  // namespace

std::unique_ptr<soci::session> connect(const SqliteOptions& options, Use use) {
    if (use == Use::Write) make_private(options.file);
    const bool read_only = options.read_only;
    auto sql = std::make_unique<soci::session>(
        soci::sqlite3,
        fmt::format("db=\"{}\"{}", options.file.string(), read_only ? " readonly=true" : ""));
    *sql << fmt::format("pragma busy_timeout = {}", options.lock_wait.count());
    *sql << "pragma trusted_schema = off";
    *sql << "pragma cell_size_check = on";
    if (use == Use::Read) {
        *sql << "pragma query_only = on";
        return sql;
    }
    std::string mode;
    *sql << "pragma journal_mode = wal", soci::into(mode);
    *sql << "pragma synchronous = full";
    *sql << fmt::format("pragma wal_autocheckpoint = {}", kCheckpointPages);
    return sql;
}

Error to_error(const std::exception& failure, const base::os::Path& file) {
    const auto name = file.string();
    switch (code_of(failure)) {
    case SQLITE_FULL:
        return Error(ErrorKind::Unavailable,
                     fmt::format("{}: no space left; free some and it goes on", name));
    case SQLITE_IOERR:
        return Error(ErrorKind::Unavailable,
                     fmt::format("{}: cannot read or write the store: {}", name, failure.what()));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Error(ErrorKind::Unavailable, fmt::format("{}: locked by another process", name));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return Error(
            ErrorKind::Forbidden,
            fmt::format("{}: cannot open the store: check that the file and its folder may be "
                        "written",
                        name));
    case SQLITE_CORRUPT:
        return Error(
            ErrorKind::Invalid,
            fmt::format("{}: the store is damaged; move the file away to start a new one", name));
    case SQLITE_NOTADB:
        return Error(ErrorKind::Invalid, fmt::format("{}: not a store of scanfleet", name));
    default: return Error(ErrorKind::Internal, fmt::format("{}: {}", name, failure.what()));
    }
}

bool is_about_statement(const std::exception& failure) {
    const int code = code_of(failure);
    return code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH;
}

bool is_locked(const std::exception& failure) {
    const int code = code_of(failure);
    return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

std::optional<FileId> file_id(const base::os::Path& file) {
    struct stat facts{};
    if (::stat(file.c_str(), &facts) != 0) return std::nullopt;
    return FileId{.device = facts.st_dev, .inode = facts.st_ino};
}

void fill(soci::blob& blob, std::string_view bytes) { blob.write(0, bytes.data(), bytes.size()); }

std::string bytes_of(soci::blob& blob) {
    std::string bytes(blob.get_len(), '\0');
    if (!bytes.empty()) blob.read(0, bytes.data(), bytes.size());
    return bytes;
}

}  // namespace results::sqlite
