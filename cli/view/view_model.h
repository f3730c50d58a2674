// What the live view shows, as values, and how they are drawn. Pure.
#pragma once

#include "base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct RunningLine {
    std::string name{};  // "chunk 3", "discovery"
    int attempt = 1;
    std::uint64_t done = 0;
    std::uint64_t units = 0;
    base::Duration elapsed{};
    base::Duration limit{};
    bool operator==(const RunningLine&) const = default;
};

struct ViewModel {
    std::string job{};
    std::string run_id{};
    std::string phase{};  // the reason of condition Ready: "Running", "Aggregating", …
    base::Duration elapsed{};
    std::optional<base::Duration> eta{};
    std::uint64_t units_done = 0;
    std::uint64_t units = 0;
    std::uint64_t chunks_done = 0;
    std::uint64_t chunks = 0;
    std::uint64_t chunks_waiting = 0;
    std::array<std::uint64_t, 5> findings{};  // by severity, critical first
    std::vector<RunningLine> running{};
    std::vector<std::string> failures{};  // newest first
    bool cancelling = false;
    bool operator==(const ViewModel&) const = default;
};

enum class Colors { Off, On };

// Lines of at most `width` columns, each with '\n'; failures first, then the bar, then what runs.
// At most `height` lines: what does not fit is counted in the last one.
std::string render(const ViewModel& model, int width, int height, Colors colors);

}  // namespace cli
