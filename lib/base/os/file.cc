#include "base/os/file.h"

#include "base/os/file_descriptor.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace base::os {
namespace {

std::unexpected<Error> too_large(const Path& path, std::size_t bytes_max) {
    return fail(ErrorKind::TooLarge, fmt::format("{} has more than the {} that are read",
                                                 path.string(), format_bytes(bytes_max)));
}

// Pipes and /proc say size 0; the first read then takes this much.
constexpr std::size_t kReadStep = 64 << 10;

Result<> make_folder(const Path& path, Mode mode) {
    const mode_t bits = mode == Mode::Private ? 0700 : 0755;
    if (::mkdir(path.c_str(), bits) == 0) return {};
    const int error_number = errno;
    struct stat status{};
    if (error_number == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
        return {};
    }
    return std::unexpected(os_error("make the folder", path, error_number));
}

std::string holder_of(int fd) {
    std::array<char, 32> text{};
    const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
    if (got <= 0) return "an unknown process";
    const std::string_view pid = trim({text.data(), static_cast<std::size_t>(got)});
    return "process " + std::string(pid);
}

}  // namespace

Result<std::string> read_file(const Path& path, std::size_t bytes_max) {
    const auto file = TRY(open_file(path, O_RDONLY));
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return std::unexpected(os_error("read", path, errno));
    const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
    if (size > bytes_max && S_ISREG(status.st_mode)) return too_large(path, bytes_max);
    std::string bytes;
    // One byte more than there seems to be, so that one read meets the end.
    std::size_t room = size > 0 ? size + 1 : kReadStep;
    std::size_t filled = 0;
    for (;;) {
        bytes.resize(filled + room);
        const ssize_t got = ::read(file.get(), bytes.data() + filled, room);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(os_error("read", path, errno));
        filled += static_cast<std::size_t>(got);
        if (filled > bytes_max) return too_large(path, bytes_max);
        if (got == 0) break;
        room = std::max(kReadStep, filled);
    }
    bytes.resize(filled);
    return bytes;
}

Result<> make_folders(const Path& path, Mode mode) {
    Path so_far;
    for (const auto& part : path) {
        so_far /= part;
        if (part.empty() || so_far == so_far.root_path()) continue;
        TRY(make_folder(so_far, mode));
    }
    return {};
}

TempFolder::TempFolder(Path path) : path_(std::move(path)) {}

Result<TempFolder> TempFolder::create(std::string_view prefix) {
    std::error_code error;
    const Path parent = std::filesystem::temp_directory_path(error);
    if (error) {
        return fail(ErrorKind::NotFound,
                    "no folder for temporary files; let TMPDIR name one that exists");
    }
    std::string name = (parent / fmt::format("{}XXXXXX", prefix)).string();
    if (::mkdtemp(name.data()) == nullptr) {
        return std::unexpected(os_error("make the temporary folder", name, errno));
    }
    return TempFolder(name);
}

TempFolder::~TempFolder() {
    if (path_.empty()) return;
    std::error_code ignored;  // what cannot be removed stays for the system's cleaner
    std::filesystem::remove_all(path_, ignored);
}

TempFolder::TempFolder(TempFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempFolder& TempFolder::operator=(TempFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

FileLock::FileLock(int fd) : fd_(fd) {}

Result<FileLock> FileLock::acquire(const Path& path) {
    auto file = TRY(open_file(path, O_RDWR | O_CREAT, 0600));
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return std::unexpected(os_error("lock", path, errno));
        return fail(ErrorKind::Conflict,
                    fmt::format("{} is locked by {}", path.string(), holder_of(file.get())));
    }
    if (::ftruncate(file.get(), 0) != 0) return std::unexpected(os_error("write", path, errno));
    TRY(write_all(file.get(), fmt::format("{}\n", ::getpid()), path));
    return FileLock(file.release());
}

// The file stays: to unlink it would let two processes lock two files of one name.
FileLock::~FileLock() {
    if (fd_ >= 0) ::close(fd_);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

}  // namespace base::os
