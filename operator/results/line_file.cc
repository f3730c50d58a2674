#include "operator/results/line_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

// One system call for some thousand lines.
constexpr std::size_t kBufferBytes = 1u << 20;

std::unexpected<base::Error> io_error(const base::os::Path& path, int code) {
    auto kind = ErrorKind::Internal;
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) kind = ErrorKind::Unavailable;
    if (code == EACCES || code == EPERM || code == EROFS) kind = ErrorKind::Forbidden;
    if (code == ENOENT) kind = ErrorKind::NotFound;
    return fail(kind, fmt::format("{}: {}", path.string(), std::strerror(code)));
}

}  // namespace

struct LineWriter::Impl {
    base::os::Path path;
    base::os::Path temporary;
    int fd = -1;
    std::string buffer{};
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;

    ~Impl() {
        if (fd < 0) return;
        ::close(fd);
        ::unlink(temporary.c_str());
    }

    Result<> flush() {
        std::string_view rest = buffer;
        while (!rest.empty()) {
            const auto written = ::write(fd, rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return io_error(path, errno);
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        buffer.clear();
        return {};
    }
};

LineWriter::LineWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineWriter::~LineWriter() = default;
LineWriter::LineWriter(LineWriter&&) noexcept = default;
LineWriter& LineWriter::operator=(LineWriter&&) noexcept = default;

Result<LineWriter> LineWriter::create(const base::os::Path& path) {
    auto temporary = path;
    temporary += ".part";
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return io_error(path, errno);
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->temporary = std::move(temporary);
    impl->fd = fd;
    impl->buffer.reserve(kBufferBytes + (kBufferBytes >> 2));
    return LineWriter(std::move(impl));
}

Result<> LineWriter::write(std::string_view line) { return write(line, {}, {}); }

Result<> LineWriter::write(std::string_view head, std::string_view body, std::string_view tail) {
    auto& buffer = impl_->buffer;
    buffer.append(head).append(body).append(tail).push_back('\n');
    impl_->bytes += head.size() + body.size() + tail.size() + 1;
    ++impl_->lines;
    if (buffer.size() < kBufferBytes) return {};
    return impl_->flush();
}

Result<> LineWriter::finish() {
    TRY(impl_->flush());
    if (::fsync(impl_->fd) != 0) return io_error(impl_->path, errno);
    if (::rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0)
        return io_error(impl_->path, errno);
    ::close(std::exchange(impl_->fd, -1));
    return {};
}

std::uint64_t LineWriter::bytes() const { return impl_->bytes; }
std::uint64_t LineWriter::lines() const { return impl_->lines; }

struct LineReader::Impl {
    base::os::Path path;
    int fd = -1;
    std::string buffer{};   // what was read
    std::size_t begin = 0;  // of the next line in it

    ~Impl() {
        if (fd >= 0) ::close(fd);
    }

    // Moves what is left to the front and reads behind it. False at the end of the file.
    Result<bool> fill() {
        buffer.erase(0, begin);
        begin = 0;
        const auto had = buffer.size();
        buffer.resize(had + kBufferBytes);
        ssize_t got = -1;
        do {
            got = ::read(fd, buffer.data() + had, kBufferBytes);
        } while (got < 0 && errno == EINTR);
        if (got < 0) return io_error(path, errno);
        buffer.resize(had + static_cast<std::size_t>(got));
        return got > 0;
    }
};

LineReader::LineReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;

Result<LineReader> LineReader::open(const base::os::Path& path, std::uint64_t offset) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io_error(path, errno);
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->fd = fd;
    if (::lseek(fd, static_cast<off_t>(offset), SEEK_SET) < 0) return io_error(path, errno);
    return LineReader(std::move(impl));
}

Result<std::optional<std::string_view>> LineReader::next() {
    auto& buffer = impl_->buffer;
    auto from = impl_->begin;
    for (;;) {
        const auto newline = buffer.find('\n', from);
        if (newline != std::string::npos) {
            const auto line = std::string_view(buffer).substr(impl_->begin, newline - impl_->begin);
            impl_->begin = newline + 1;
            return line;
        }
        from = buffer.size() - impl_->begin;
        const bool more = TRY(impl_->fill());
        if (more) continue;
        if (buffer.empty()) return std::nullopt;
        return fail(ErrorKind::Invalid,
                    fmt::format("{}: the last line is cut", impl_->path.string()));
    }
}

}  // namespace results
