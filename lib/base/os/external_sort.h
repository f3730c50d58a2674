// Sorting more bytes than may lie in memory: sorted runs in a temporary file, merged at the end.
#pragma once

#include "base/os/file.h"
#include "base/result.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace base::os {

struct ExternalSortOptions {
    // Memory for keys and values before a run is spilled.
    std::size_t memory_max = 32u << 20;
    Path folder;  // where runs are spilled (unlinked at once: nothing stays behind)
};

// Add all, then drain once. Order: by key bytes, ties by order of adding. One thread.
class ExternalSort {
public:
    explicit ExternalSort(ExternalSortOptions options);
    ~ExternalSort();
    ExternalSort(ExternalSort&&) noexcept;

    // Unavailable: the disk is full.
    Result<> add(std::string_view key, std::string_view value);
    // Calls `take` for every pair in order; its failure ends the drain and is returned.
    Result<> drain(const std::function<Result<>(std::string_view key, std::string_view value)>& take);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace base::os
