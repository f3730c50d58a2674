#include "base/os/file.h"
#include "base/os/file_descriptor.h"
#include "base/os/random.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace base::os {
namespace {

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

Result<> sync_to_disk(int fd, const Path& path) {
    // Devices and some mounts cannot be synced and say EINVAL; there is nothing to lose on them.
    if (::fsync(fd) == 0 || errno == EINVAL || errno == EROFS) return {};
    return std::unexpected(os_error("sync", path, errno));
}

// A rename is durable only once its folder is.
Result<> sync_folder(const Path& folder) {
    const auto opened = TRY(open_file(folder, O_RDONLY | O_DIRECTORY));
    return sync_to_disk(opened.get(), folder);
}

// A temporary file that goes again unless it was renamed to its real name.
class Draft {
public:
    static Result<Draft> create(const Path& target, Mode mode) {
        // Random, so that writers of one name, and leftovers of a crash, do not meet.
        const std::string name = fmt::format(".{}.{}", ellipsize(target.filename().string(), 100),
                                             hex_encode(random_bytes(8)));
        Path path = folder_of(target) / name;
        auto file = TRY(open_file(path, O_WRONLY | O_CREAT | O_EXCL, static_cast<unsigned>(mode)));
        return Draft(std::move(path), std::move(file));
    }
    Draft(Draft&& other) noexcept
        : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}
    Draft& operator=(Draft&&) = delete;
    ~Draft() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }

    Result<> write(std::string_view bytes, const Path& target) {
        TRY(write_all(file_.get(), bytes, target));
        return sync_to_disk(file_.get(), target);
    }

    Result<> rename_to(const Path& target) {
        if (::rename(path_.c_str(), target.c_str()) != 0) {
            return std::unexpected(os_error("write", target, errno));
        }
        path_.clear();
        return {};
    }

private:
    Draft(Path path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}
    Path path_;
    FileDescriptor file_;
};

}  // namespace

Result<> write_file(const Path& path, std::string_view bytes, Mode mode) {
    auto draft = TRY(with_context(Draft::create(path, mode), "write " + path.string()));
    TRY(draft.write(bytes, path));
    TRY(draft.rename_to(path));
    return sync_folder(folder_of(path));
}

Result<> write_in_place(const Path& path, std::string_view bytes) {
    const auto file = TRY(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
    TRY(write_all(file.get(), bytes, path));
    return sync_to_disk(file.get(), path);
}

AppendFile::AppendFile(int fd) : fd_(fd) {}

Result<AppendFile> AppendFile::open(const Path& path, Mode mode) {
    auto file = TRY(open_file(path, O_WRONLY | O_CREAT | O_APPEND, static_cast<unsigned>(mode)));
    return AppendFile(file.release());
}

AppendFile::~AppendFile() {
    if (fd_ >= 0) ::close(fd_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Result<> AppendFile::append(std::string_view bytes) {
    const off_t before = ::lseek(fd_, 0, SEEK_END);
    auto written = write_all(fd_, bytes, "the stream file");
    // A half-written line would spoil the next one; pipes and devices have no size to go back to.
    if (!written && before >= 0 && ::ftruncate(fd_, before) != 0) {
        return std::unexpected(std::move(written).error().in_context("a partial write stays"));
    }
    return written;
}

Result<> AppendFile::sync() {
    if (::fdatasync(fd_) == 0 || errno == EINVAL) return {};
    return std::unexpected(os_error("sync", "the stream file", errno));
}

}  // namespace base::os
