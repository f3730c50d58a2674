#include "base/os/sort_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdlib>

namespace base::os {
namespace {

// Large enough that a disk streams, small beside the memory of a sort.
constexpr std::size_t kWriteStep = 256 << 10;

void append_pair(std::string& out, std::string_view key, std::string_view value) {
    const PairHeader header{static_cast<std::uint32_t>(key.size()),
                            static_cast<std::uint32_t>(value.size())};
    std::array<char, sizeof header> raw{};
    std::memcpy(raw.data(), &header, sizeof header);
    out.append(raw.data(), raw.size()).append(key).append(value);
}

}  // namespace

std::uint64_t key_prefix(std::string_view key) {
    std::uint64_t prefix = 0;
    std::memcpy(&prefix, key.data(), std::min(key.size(), sizeof prefix));
    if constexpr (std::endian::native == std::endian::little) prefix = __builtin_bswap64(prefix);
    return prefix;
}

void PairBuffer::add(std::string_view key, std::string_view value) {
    index_.push_back({key_prefix(key), data_.size()});
    append_pair(data_, key, value);
}

void PairBuffer::sort() {
    const char* const data = data_.data();
    std::ranges::sort(index_, [data](const Entry& a, const Entry& b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        const int order = view_pair(data + a.offset).key.compare(view_pair(data + b.offset).key);
        return order != 0 ? order < 0 : a.offset < b.offset;
    });
}

void PairBuffer::clear() {
    data_.clear();
    index_.clear();
}

Result<RunFile> RunFile::create(const Path& folder) {
    std::string name = (folder / ".sortXXXXXX").string();
    FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file.exists()) return std::unexpected(os_error("make a file in", folder, errno));
    if (::unlink(name.c_str()) != 0) return std::unexpected(os_error("unlink", name, errno));
    return RunFile(std::move(file), folder);
}

Result<RunFile::Run> RunFile::append(const PairBuffer& pairs) {
    const std::uint64_t begin = size_;
    std::string block;
    block.reserve(kWriteStep * 2);
    const auto flush = [&]() -> Result<> {
        TRY(write_all(file_.get(), block, folder_));
        size_ += block.size();
        block.clear();
        return {};
    };
    TRY(pairs.each([&](const PairView& pair) -> Result<> {
        append_pair(block, pair.key, pair.value);
        if (block.size() < kWriteStep) return {};
        return flush();
    }));
    TRY(flush());
    return Run{begin, size_};
}

Result<std::size_t> RunFile::read(std::uint64_t offset, char* data, std::size_t room) const {
    for (;;) {
        const ssize_t got = ::pread(file_.get(), data, room, static_cast<off_t>(offset));
        if (got > 0) return static_cast<std::size_t>(got);
        if (got == 0) return fail(ErrorKind::Internal, "a sorted run is shorter than written");
        if (errno != EINTR) return std::unexpected(os_error("read back from", folder_, errno));
    }
}

RunReader::RunReader(const RunFile& file, RunFile::Run run, std::size_t buffer_bytes)
    : file_(&file), run_(run), buffer_(std::max(buffer_bytes, sizeof(PairHeader))) {}

// Makes at least `bytes` of the run lie in the buffer from used_ on.
Result<> RunReader::need(std::size_t bytes) {
    if (held() >= bytes) return {};
    std::memmove(buffer_.data(), buffer_.data() + used_, held());
    filled_ -= used_;
    used_ = 0;
    if (buffer_.size() < bytes) buffer_.resize(bytes);  // a pair longer than the buffer
    while (filled_ < bytes) {
        const std::size_t room =
            std::min<std::uint64_t>(buffer_.size() - filled_, run_.end - run_.begin);
        const auto got = TRY(file_->read(run_.begin, buffer_.data() + filled_, room));
        filled_ += got;
        run_.begin += got;
    }
    return {};
}

Result<bool> RunReader::next() {
    if (held() == 0 && run_.begin == run_.end) return false;
    TRY(need(sizeof(PairHeader)));
    PairHeader header;
    std::memcpy(&header, buffer_.data() + used_, sizeof header);
    const std::size_t bytes = sizeof header + header.key_bytes + header.value_bytes;
    TRY(need(bytes));
    pair_ = view_pair(buffer_.data() + used_);
    prefix_ = key_prefix(pair_.key);
    used_ += bytes;
    return true;
}

}  // namespace base::os
