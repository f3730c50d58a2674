// Parts of ExternalSort: pairs in memory, and runs of them in a file.
#pragma once

#include "base/os/file_descriptor.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace base::os {

// One pair as it lies in memory and in a run: both sizes (host order: runs never leave the
// process), key, value.
struct PairHeader {
    std::uint32_t key_bytes = 0;
    std::uint32_t value_bytes = 0;
};

struct PairView {
    std::string_view key;
    std::string_view value;
};

// The pair that starts at `data`; all of it must be there.
inline PairView view_pair(const char* data) {
    PairHeader header;
    std::memcpy(&header, data, sizeof header);
    const char* const key = data + sizeof header;
    return {.key = {key, header.key_bytes}, .value = {key + header.key_bytes, header.value_bytes}};
}

// The first eight bytes as a number that sorts like them: most comparisons end here, without a
// cache miss.
std::uint64_t key_prefix(std::string_view key);

// Pairs in one block of memory, and their order.
class PairBuffer {
public:
    void add(std::string_view key, std::string_view value);
    // Memory that is used: pairs and index.
    std::size_t bytes() const { return data_.size() + index_.size() * sizeof(Entry); }
    bool empty() const { return index_.empty(); }
    void sort();
    void clear();

    // Calls `take` with each pair (header, key and value as they lie there) in order; its failure
    // ends the walk.
    template <typename Take>
    Result<> each(Take take) const {
        for (const Entry& entry : index_) {
            auto taken = take(view_pair(data_.data() + entry.offset));
            if (!taken) return taken;
        }
        return {};
    }

private:
    struct Entry {
        std::uint64_t prefix = 0;
        std::uint64_t offset = 0;  // also the order of adding
    };
    std::string data_;
    std::vector<Entry> index_;
};

// An unlinked file that runs are appended to.
class RunFile {
public:
    struct Run {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };

    static Result<RunFile> create(const Path& folder);
    Result<Run> append(const PairBuffer& pairs);
    // Up to `room` bytes at `offset`. Internal: the file ends there.
    Result<std::size_t> read(std::uint64_t offset, char* data, std::size_t room) const;

private:
    RunFile(FileDescriptor file, Path folder)
        : file_(std::move(file)), folder_(std::move(folder)) {}
    FileDescriptor file_;
    Path folder_;
    std::uint64_t size_ = 0;
};

// Walks one run by buffered reads. `file` must outlive it.
class RunReader {
public:
    RunReader(const RunFile& file, RunFile::Run run, std::size_t buffer_bytes);

    // Moves to the next pair; false at the end. pair() is valid until the next call.
    Result<bool> next();
    const PairView& pair() const { return pair_; }
    std::uint64_t prefix() const { return prefix_; }

private:
    Result<> need(std::size_t bytes);
    std::size_t held() const { return filled_ - used_; }

    const RunFile* file_;
    RunFile::Run run_;
    std::vector<char> buffer_;
    std::size_t used_ = 0;
    std::size_t filled_ = 0;
    PairView pair_{};
    std::uint64_t prefix_ = 0;
};

}  // namespace base::os
