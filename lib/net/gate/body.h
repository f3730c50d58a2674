// Reads a request's body: exactly Content-Length bytes, at a minimum rate, within a time limit.
#pragma once

#include "net/gate/input.h"
#include "net/server.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace net::gate {

// When a body is too slow. Pure.
class RateWindow {
public:
    struct Limits {
        base::Duration timeout;  // for the whole body
        std::int64_t rate_min;   // bytes a second, over each window
        base::Duration window;
    };
    RateWindow(const Limits& limits, base::Ticks now);

    // Look again then.
    base::Ticks deadline() const;
    void add(std::size_t bytes) { bytes_ += bytes; }
    // Called at the deadline: may it go on, with a new window?
    bool renew(base::Ticks now);

private:
    Limits limits_;
    base::Ticks end_, window_end_;
    std::uint64_t bytes_ = 0;  // in this window
};

class BodyReader {
public:
    BodyReader(Wire& wire, Input& input, std::uint64_t length, const GateOptions& options);

    enum class Problem { None, TooSlow, Gone };
    Problem problem() const { return problem_; }
    std::uint64_t left() const { return left_; }
    // 0: all was read, or there is a problem.
    Task<std::size_t> read(asio::mutable_buffer buffer);
    // All of it; shorter than Content-Length if there is a problem.
    Task<std::string> read_all();

private:
    Task<std::size_t> read_wire(asio::mutable_buffer buffer);
    void look_at_rate();

    Wire& wire_;
    Input& input_;
    std::uint64_t left_;
    RateWindow window_;
    Problem problem_ = Problem::None;
};

}  // namespace net::gate
