// Texts that many objects share (nodes, owners, labels, reasons), each kept once. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kube {

// Counts the uses of each text and forgets it with the last one. Small numbers ("17") are their own
// ids and take no place: labels have thousands of them. Not thread-safe: it belongs to the thread
// of the cache that it serves, and outlives it.
class TextPool {
public:
    using Id = std::uint32_t;
    static constexpr Id kEmpty = 0;  // of the empty text, which is not counted

    TextPool() = default;
    TextPool(const TextPool&) = delete;
    TextPool& operator=(const TextPool&) = delete;

    // Adds a use; give it back with drop().
    Id take(std::string_view text);
    void drop(Id id);
    // As long as a use is left.
    std::string text(Id id) const;
    std::size_t size() const { return ids_.size(); }

private:
    struct Slot {
        std::string text{};
        std::uint32_t uses = 0;
    };
    std::deque<Slot> slots_{};  // a deque: the keys of ids_ look into its texts
    std::vector<Id> free_{};
    std::unordered_map<std::string_view, Id> ids_{};
};

}  // namespace kube
