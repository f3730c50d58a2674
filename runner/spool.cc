#include "runner/spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace runner {

using base::ErrorKind;
using base::fail;
using base::Result;

Result<Spool> Spool::create(const base::os::Path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(ErrorKind::Forbidden,
                    fmt::format("open {}: {}", file.string(), std::strerror(errno)));
    }
    return Spool(fd);
}

Spool::~Spool() {
    if (fd_ >= 0) ::close(fd_);
}

Spool::Spool(Spool&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

Result<> Spool::append(std::string_view lines) {
    // Always from the last whole line: a write that failed half-way is written over.
    auto offset = size_;
    while (!lines.empty()) {
        const auto written = ::pwrite(fd_, lines.data(), lines.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("write the result stream to the work folder: {}",
                                    std::strerror(errno)));
        }
        lines.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    size_ = offset;
    return {};
}

Result<std::string> Spool::read(std::uint64_t offset, std::size_t bytes_max) const {
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(bytes_max, size_ - offset)),
                      '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto got = ::pread(fd_, bytes.data() + have, bytes.size() - have,
                                 static_cast<off_t>(offset + have));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            return fail(ErrorKind::Internal,
                        fmt::format("read the result stream: {}", std::strerror(errno)));
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(bytes.rfind('\n') + 1);  // npos + 1 = 0
    return bytes;
}

}  // namespace runner
