#include "base/os/file_descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace base::os {
namespace {

ErrorKind kind_of(int error_number) {
    switch (error_number) {
    case ENOENT:
    case ENOTDIR: return ErrorKind::NotFound;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorKind::Forbidden;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:  // a file size limit: to the caller as full as a full disk
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN: return ErrorKind::Unavailable;
    case EEXIST: return ErrorKind::Conflict;
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL: return ErrorKind::Invalid;
    default: return ErrorKind::Internal;
    }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

void FileDescriptor::close() {
    // Not repeated after EINTR: Linux has released the number by then.
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Error os_error(std::string_view verb, const Path& path, int error_number) {
    return Error(kind_of(error_number), fmt::format("cannot {} {}: {}", verb, path.string(),
                                                    std::system_category().message(error_number)));
}

Result<FileDescriptor> open_file(const Path& path, int flags, unsigned mode) {
    for (;;) {
        const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
        if (fd >= 0) return FileDescriptor(fd);
        if (errno != EINTR) return std::unexpected(os_error("open", path, errno));
    }
}

Result<> write_all(int fd, std::string_view bytes, const Path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return std::unexpected(os_error("write", path, errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace base::os
