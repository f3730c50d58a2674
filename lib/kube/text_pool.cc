#include "kube/text_pool.h"

#include <optional>

namespace kube {
namespace {

// The other ids are places in a table that never gets so long.
constexpr TextPool::Id kNumber = 1u << 31;

// Up to nine digits, written as std::to_string writes them.
std::optional<TextPool::Id> small_number(std::string_view text) {
    if (text.size() > 9 || (text[0] == '0' && text.size() > 1)) return std::nullopt;
    TextPool::Id number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + static_cast<TextPool::Id>(c - '0');
    }
    return number;
}

}  // namespace

TextPool::Id TextPool::take(std::string_view text) {
    if (text.empty()) return kEmpty;
    if (const auto number = small_number(text)) return *number | kNumber;
    if (const auto found = ids_.find(text); found != ids_.end()) {
        ++slots_[found->second - 1].uses;
        return found->second;
    }
    if (free_.empty()) {
        slots_.emplace_back();
        free_.push_back(static_cast<Id>(slots_.size()));
    }
    const auto id = free_.back();
    auto& slot = slots_[id - 1];
    slot.text = text;
    slot.uses = 1;
    ids_.emplace(slot.text, id);
    free_.pop_back();
    return id;
}

void TextPool::drop(Id id) {
    if (id == kEmpty || (id & kNumber) != 0) return;
    auto& slot = slots_[id - 1];
    if (--slot.uses > 0) return;
    ids_.erase(slot.text);
    slot.text = std::string();  // gives a long one's memory back
    free_.push_back(id);
}

std::string TextPool::text(Id id) const {
    if (id == kEmpty) return {};
    return (id & kNumber) != 0 ? std::to_string(id & ~kNumber) : slots_[id - 1].text;
}

}  // namespace kube
