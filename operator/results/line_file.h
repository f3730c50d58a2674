// Large files of lines: written once, whole or not at all, and read forwards in bounded memory.
#pragma once

#include "base/os/file.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace results {

// Writes beside the final place; finish() syncs and renames. Without finish() nothing stays. One
// thread.
class LineWriter {
public:
    // Forbidden, Unavailable (disk full), Internal.
    static base::Result<LineWriter> create(const base::os::Path& path);
    ~LineWriter();
    LineWriter(LineWriter&&) noexcept;
    LineWriter& operator=(LineWriter&&) noexcept;

    // The parts one after the other, and '\n'.
    base::Result<> write(std::string_view line);
    base::Result<> write(std::string_view head, std::string_view body, std::string_view tail);
    base::Result<> finish();

    std::uint64_t bytes() const;
    std::uint64_t lines() const;

private:
    struct Impl;
    explicit LineWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// One thread.
class LineReader {
public:
    // Starts at byte `offset`. NotFound, Forbidden, Internal.
    static base::Result<LineReader> open(const base::os::Path& path, std::uint64_t offset = 0);
    ~LineReader();
    LineReader(LineReader&&) noexcept;

    // The next line without '\n', valid until the next call; nullopt at the end. Invalid: the last
    // line is cut.
    base::Result<std::optional<std::string_view>> next();

private:
    struct Impl;
    explicit LineReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace results
