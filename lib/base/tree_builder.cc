#include "base/tree_builder.h"

#include "base/text.h"

#include <fmt/core.h>

namespace base {
namespace {

// Keys are shown in messages; a hostile one must not fill the screen.
constexpr std::size_t kShownKeyMax = 80;

std::size_t string_bytes(const Json& value) {
    return value.is_string() ? value.get_ref<const std::string&>().size() : 0;
}

}  // namespace

std::uint64_t path_below(std::uint64_t parent, std::string_view token) {
    // FNV-1a, continued from the parent; the last step keeps ["ab"] and ["a","b"] apart.
    constexpr std::uint64_t kPrime = 0x100000001B3u;
    std::uint64_t hash = parent;
    for (const char c : token) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
    hash = (hash ^ 0x100u) * kPrime;
    return hash ^ (hash >> 29);
}

bool TreeBuilder::stop(ErrorKind kind, std::string message, std::size_t offset) {
    if (!failure_) failure_ = ReadFailure{kind, std::move(message), offset};
    return false;
}

bool TreeBuilder::count(std::size_t nodes, std::size_t bytes, std::size_t offset) {
    if (nodes > limits_.nodes_max - total_.nodes) {
        return stop(ErrorKind::TooLarge,
                    fmt::format("more than {} values (aliases count as often as they are used)",
                                limits_.nodes_max),
                    offset);
    }
    if (bytes > limits_.bytes_max - total_.bytes) {
        return stop(ErrorKind::TooLarge,
                    fmt::format("more than {} of text (aliases count as often as they are used)",
                                format_bytes(limits_.bytes_max)),
                    offset);
    }
    total_.nodes += nodes;
    total_.bytes += bytes;
    return true;
}

void TreeBuilder::keep_mark(std::uint64_t path, std::size_t offset) {
    if (static_cast<int>(levels_.size()) > limits_.marks_depth) return;
    marks_.push_back({path, places_.at(offset)});
}

Json* TreeBuilder::place(Json value, std::size_t offset) {
    if (levels_.empty()) {
        root_ = std::move(value);
        placed_path_ = kRootPath;
        keep_mark(kRootPath, offset);
        return &root_;
    }
    Level& level = levels_.back();
    if (level.value->is_object()) {
        placed_path_ = level.member_path;
        Json* const slot = std::exchange(level.member, nullptr);
        *slot = std::move(value);
        return slot;
    }
    if (static_cast<int>(levels_.size()) <= limits_.marks_depth) {
        placed_path_ = path_below(level.path, std::to_string(level.value->size()));
        keep_mark(placed_path_, offset);
    }
    level.value->push_back(std::move(value));
    return &level.value->back();
}

void TreeBuilder::finish(const Json* value, Cost cost) {
    last_ = value;
    last_cost_ = cost;
    if (levels_.empty()) return;
    Level& level = levels_.back();
    level.depth_below = std::max(level.depth_below, cost.depth);
}

bool TreeBuilder::open(Json empty, std::size_t offset) {
    if (static_cast<int>(levels_.size()) >= limits_.depth_max) {
        return stop(ErrorKind::TooLarge,
                    fmt::format("nested more than {} levels deep", limits_.depth_max), offset);
    }
    const Cost before = total_;
    if (!count(1, 0, offset)) return false;
    Json* const value = place(std::move(empty), offset);
    levels_.push_back({.value = value, .path = placed_path_, .before = before});
    return true;
}

bool TreeBuilder::key(std::string name, std::size_t offset) {
    if (!count(0, name.size(), offset)) return false;
    Level& level = levels_.back();
    level.member_path = path_below(level.path, name);
    keep_mark(level.member_path, offset);
    auto& members = level.value->get_ref<Json::object_t&>();
    const auto [member, is_new] = members.try_emplace(std::move(name));
    if (!is_new) {
        const std::string shown = ellipsize(member->first, kShownKeyMax);
        return stop(ErrorKind::Invalid, fmt::format("the key '{}' comes twice", shown), offset);
    }
    level.member = &member->second;
    return true;
}

bool TreeBuilder::scalar(Json value, std::size_t offset) {
    const std::size_t bytes = string_bytes(value);
    if (!count(1, bytes, offset)) return false;
    finish(place(std::move(value), offset), {.nodes = 1, .bytes = bytes, .depth = 0});
    return true;
}

void TreeBuilder::close() {
    const Level level = levels_.back();
    levels_.pop_back();
    finish(level.value, {.nodes = total_.nodes - level.before.nodes,
                         .bytes = total_.bytes - level.before.bytes,
                         .depth = level.depth_below + 1});
}

bool TreeBuilder::charge(const Cost& cost, std::size_t offset) {
    return count(cost.nodes, cost.bytes, offset);
}

bool TreeBuilder::paste(const Json& value, const Cost& cost, std::size_t offset) {
    if (cost.depth > limits_.depth_max - static_cast<int>(levels_.size())) {
        return stop(ErrorKind::TooLarge,
                    fmt::format("nested more than {} levels deep", limits_.depth_max), offset);
    }
    if (!count(cost.nodes, cost.bytes, offset)) return false;
    finish(place(value, offset), cost);
    return true;
}

}  // namespace base
