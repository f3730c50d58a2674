// A bounded map whose entries expire: what was found out and need not be asked again for a while.
// Not thread-safe.
#pragma once

#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace base {

// Keys are digests: fixed size, and no caller can choose where they land.
template <typename Value>
class ExpiringMap {
public:
    explicit ExpiringMap(std::size_t size_max) : size_max_(size_max) {}

    // Replaces. The oldest entries go where there are too many.
    void put(const std::string& key, Value value, Ticks until) {
        entries_.insert_or_assign(key, Entry{std::move(value), until, ++serial_});
        order_.emplace_back(key, serial_);
        while (entries_.size() > size_max_ || order_.size() > 2 * size_max_) drop_oldest();
    }
    // nullptr: unknown or expired. Valid until the next change.
    const Value* find(const std::string& key, Ticks now) const {
        const auto entry = entries_.find(key);
        if (entry == entries_.end() || entry->second.until <= now) return nullptr;
        return &entry->second.value;
    }
    void erase(const std::string& key) { entries_.erase(key); }
    // Lets go of what has expired, oldest first, up to the first that has not.
    void prune(Ticks now) {
        while (!order_.empty() && !is_live(order_.front(), now)) drop_oldest();
    }
    void clear() {
        entries_.clear();
        order_.clear();
    }
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Value value;
        Ticks until;
        std::uint64_t serial;
    };

    using Place = std::pair<std::string, std::uint64_t>;

    bool is_live(const Place& place, Ticks now) const {
        const auto entry = entries_.find(place.first);
        return entry != entries_.end() && entry->second.serial == place.second &&
               entry->second.until > now;
    }
    void drop_oldest() {
        const auto entry = entries_.find(order_.front().first);
        if (entry != entries_.end() && entry->second.serial == order_.front().second)
            entries_.erase(entry);
        order_.pop_front();
    }

    std::size_t size_max_;
    std::uint64_t serial_ = 0;
    std::unordered_map<std::string, Entry> entries_;
    std::deque<Place> order_;  // oldest first; may name what is gone
};

}  // namespace base
