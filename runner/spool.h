// The result stream on disk: what the scanner emits lies here until ingest has it, so memory stays
// flat and nothing is lost while ingest is away.
#pragma once

#include "base/os/file.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace runner {

// Not thread-safe.
class Spool {
public:
    // Makes the file anew. Forbidden, Unavailable.
    static base::Result<Spool> create(const base::os::Path& file);
    ~Spool();
    Spool(Spool&& other) noexcept;

    // Unavailable: the disk is full; then nothing of `lines` counts.
    base::Result<> append(std::string_view lines);
    // Whole lines from `offset`, at most `bytes_max` (one line is never longer); empty at the end.
    base::Result<std::string> read(std::uint64_t offset, std::size_t bytes_max) const;
    std::uint64_t size() const { return size_; }

private:
    explicit Spool(int fd) : fd_(fd) {}
    int fd_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace runner
