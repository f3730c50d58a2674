// A story that is told again and again, each time with another fault: one job from its creation to
// its deletion.
#pragma once

#include "base/json_fwd.h"
#include "sim/world.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

enum class Story {
    Planned,     // 3 chunks planned in the operator, one retry
    Discovered,  // the same, planned by a discovery Pod; somebody else's Pod has our labels
    Elected,     // the first one, under an operator with leader election
    Hung,        // one attempt hears nothing and is stopped by the operator's clock
    Cancelled,   // by the user, in mid-run
    Deleted,     // the same
};
inline constexpr std::array kStories = {Story::Planned, Story::Discovered, Story::Elected,
                                        Story::Hung,    Story::Cancelled,  Story::Deleted};
std::string_view to_string(Story story);
std::optional<Story> story_from(std::string_view name);

struct Told {
    bool ended = false;
    std::string facts{};  // of the final status: what must be the same whatever happens
    std::int64_t attempts = 0;
    std::vector<std::string> violations{};
    std::vector<Point> points{};  // up to when all was quiet
    std::uint64_t writes = 0;     // apart from status and Events
    std::uint64_t status_writes = 0;
    base::Duration took{};  // from creation to the final status
    int starts = 0;         // of the operator
};

Told tell(Story story, std::uint64_t seed, ChooseFault choose = {},
          std::function<void(const std::string&)> trace = {});

}  // namespace sim
