// Parser events → Json, within limits. What the JSON and the YAML reader have in common.
#pragma once

#include "base/json.h"
#include "base/places.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace base {

// Why reading stopped, and where.
struct ReadFailure {
    ErrorKind kind = ErrorKind::Invalid;
    std::string message{};
    std::size_t offset = 0;
};

// Marks by the hash of their path: 24 bytes each, where a pointer as text would cost hundreds.
// Paths grow by path_below; two paths with one hash would only make a message point at the wrong
// line.
struct PathMark {
    std::uint64_t path = 0;
    Mark mark{};
};
inline constexpr std::uint64_t kRootPath = 0x9E3779B97F4A7C15u;
std::uint64_t path_below(std::uint64_t parent, std::string_view token);

struct TreeLimits {
    std::size_t nodes_max = 0;
    int depth_max = 0;
    // Bytes of all strings and keys, copies made for aliases included.
    std::size_t bytes_max = 0;
    // Marks are kept down to this depth (the root has 0); none if negative.
    int marks_depth = -1;
};

// Call the methods in the order in which the text names the parts; each returns false when a limit
// is passed or a key comes twice: stop then and take failure(). `text` must outlive the builder.
// One thread.
class TreeBuilder {
public:
    TreeBuilder(std::string_view text, const TreeLimits& limits) : limits_(limits), places_(text) {}

    bool open_object(std::size_t offset) { return open(Json::object(), offset); }
    bool open_array(std::size_t offset) { return open(Json::array(), offset); }
    bool key(std::string name, std::size_t offset);
    bool scalar(Json value, std::size_t offset);
    void close();

    // What a finished value cost, so that copies of it can be counted before they are made.
    struct Cost {
        std::size_t nodes = 0;
        std::size_t bytes = 0;
        int depth = 0;
    };
    // The value that was finished last, and its cost. Valid until the next call.
    const Json& last() const { return *last_; }
    const Cost& last_cost() const { return last_cost_; }
    // Counts a copy that is kept aside; add it with paste.
    bool charge(const Cost& cost, std::size_t offset);
    bool paste(const Json& value, const Cost& cost, std::size_t offset);

    bool wants_key() const { return !levels_.empty() && levels_.back().wants_key(); }
    bool is_done() const { return levels_.empty() && last_ != nullptr; }
    std::size_t depth() const { return levels_.size(); }

    const std::optional<ReadFailure>& failure() const { return failure_; }
    bool stop(ErrorKind kind, std::string message, std::size_t offset);
    Json take_root() { return std::move(root_); }
    std::vector<PathMark> take_marks() { return std::move(marks_); }

private:
    struct Level {
        Json* value = nullptr;
        Json* member = nullptr;  // in an object: where the value of the key goes
        std::uint64_t path = kRootPath;
        std::uint64_t member_path = 0;
        Cost before{};  // totals when this level was opened
        int depth_below = 0;

        bool wants_key() const { return value->is_object() && member == nullptr; }
    };

    bool open(Json empty, std::size_t offset);
    bool count(std::size_t nodes, std::size_t bytes, std::size_t offset);
    Json* place(Json value, std::size_t offset);
    void keep_mark(std::uint64_t path, std::size_t offset);
    void finish(const Json* value, Cost cost);

    TreeLimits limits_;
    Places places_;
    Json root_;
    std::vector<Level> levels_;
    std::vector<PathMark> marks_;
    Cost total_{};
    const Json* last_ = nullptr;
    Cost last_cost_{};
    std::uint64_t placed_path_ = kRootPath;
    std::optional<ReadFailure> failure_;
};

}  // namespace base
