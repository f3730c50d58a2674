// What the files of this folder share: an owned descriptor, and errno as an Error.
#pragma once

#include "base/os/file.h"

#include <string_view>
#include <utility>

namespace base::os {

// Closes what it holds. Not shared between threads.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    ~FileDescriptor() { close(); }
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;

    int get() const { return fd_; }
    bool exists() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void close();

private:
    int fd_ = -1;
};

// "cannot write /x/y: No space left on device", with the kind that a caller can act on:
// no space, no handles or no memory → Unavailable; missing → NotFound; permissions → Forbidden.
Error os_error(std::string_view verb, const Path& path, int error_number);

// open(2) with O_CLOEXEC, and again when a signal came.
Result<FileDescriptor> open_file(const Path& path, int flags, unsigned mode = 0);
// All bytes, or the error; `path` is for the message.
Result<> write_all(int fd, std::string_view bytes, const Path& path);

}  // namespace base::os
