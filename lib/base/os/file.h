// Files: bounded reads, durable writes, locks, temporary folders.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace base::os {

using Path = std::filesystem::path;

// Whole file. NotFound, Forbidden, TooLarge (more than bytes_max), Invalid (a folder), Internal.
Result<std::string> read_file(const Path& path, std::size_t bytes_max);

enum class Mode { Private = 0600, Shared = 0644 };

// Atomically and durably: temporary file in the same folder, fsync, rename, fsync of the folder. Readers see the
// old bytes or the new ones. Unavailable on a full disk, Forbidden on a read-only folder; then nothing changed.
Result<> write_file(const Path& path, std::string_view bytes, Mode mode = Mode::Shared);

// Over the bytes that are there, without rename: for mounts such as /dev/termination-log.
Result<> write_in_place(const Path& path, std::string_view bytes);

Result<> make_folders(const Path& path, Mode mode = Mode::Shared);  // like mkdir -p; private = 0700

// A folder that disappears with the object.
class TempFolder {
public:
    static Result<TempFolder> create(std::string_view prefix);
    ~TempFolder();
    TempFolder(TempFolder&&) noexcept;
    TempFolder& operator=(TempFolder&&) noexcept;
    const Path& path() const { return path_; }

private:
    explicit TempFolder(Path path);
    Path path_;
};

// An advisory lock (flock) held until destruction or process death, kill −9 included.
class FileLock {
public:
    // Conflict when another process holds it (message names its pid, which is written into the file).
    static Result<FileLock> acquire(const Path& path);
    ~FileLock();
    FileLock(FileLock&&) noexcept;
    FileLock& operator=(FileLock&&) noexcept;

private:
    explicit FileLock(int fd);
    int fd_ = -1;
};

// An open file that is appended to and synced on demand: the runner's stream on disk.
class AppendFile {
public:
    static Result<AppendFile> open(const Path& path, Mode mode = Mode::Private);
    ~AppendFile();
    AppendFile(AppendFile&&) noexcept;
    AppendFile& operator=(AppendFile&&) noexcept;
    // All of it or nothing: after a failure the file ends where it ended before. Unavailable: the disk is full.
    Result<> append(std::string_view bytes);
    Result<> sync();

private:
    explicit AppendFile(int fd);
    int fd_ = -1;
};

}  // namespace base::os
