#include "net/gate/body.h"

#include "base/os/clock.h"

#include <algorithm>

namespace net::gate {

RateWindow::RateWindow(const Limits& limits, base::Ticks now)
    : limits_(limits), end_(now + limits.timeout), window_end_(now + limits.window) {}

base::Ticks RateWindow::deadline() const { return std::min(end_, window_end_); }

bool RateWindow::renew(base::Ticks now) {
    if (now >= end_) return false;
    const auto wanted = limits_.rate_min * limits_.window.count() / 1'000;
    if (std::cmp_less(bytes_, wanted)) return false;
    bytes_ = 0;
    window_end_ = now + limits_.window;
    return true;
}

BodyReader::BodyReader(Wire& wire, Input& input, std::uint64_t length, const GateOptions& options)
    : wire_(wire), input_(input), left_(length),
      window_({options.body_timeout, options.body_rate_min, options.body_rate_window},
              base::os::system_clock().ticks()) {
    wire_.limit_until(window_.deadline());
}

Task<std::size_t> BodyReader::read(asio::mutable_buffer buffer) {
    const asio::mutable_buffer wanted(
        buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_)));
    std::size_t count = 0;
    if (wanted.size() > 0 && problem_ == Problem::None) count = input_.take(wanted);
    if (wanted.size() > 0 && count == 0) count = co_await read_wire(wanted);
    left_ -= count;
    if (left_ == 0 || problem_ != Problem::None) wire_.unlimit();
    co_return count;
}

void BodyReader::look_at_rate() {
    if (window_.renew(base::os::system_clock().ticks())) {
        wire_.limit_until(window_.deadline());
    } else {
        problem_ = Problem::TooSlow;
    }
}

Task<std::size_t> BodyReader::read_wire(asio::mutable_buffer buffer) {
    while (problem_ == Problem::None) {
        const std::size_t count = co_await wire_.read_some(buffer);
        window_.add(count);
        if (count == 0 && !wire_.expired()) problem_ = Problem::Gone;
        if (wire_.expired()) look_at_rate();
        if (count > 0 && problem_ == Problem::None) co_return count;
    }
    co_return 0;
}

Task<std::string> BodyReader::read_all() {
    std::string body;
    const auto length = static_cast<std::size_t>(left_);
    // The kernel gives the pages as bytes come, not for the announcement.
    body.resize_and_overwrite(length, [](char*, std::size_t size) { return size; });
    std::size_t at = 0;
    while (at < length) {
        const std::size_t count = co_await read(asio::buffer(body.data() + at, length - at));
        if (count == 0) break;
        at += count;
    }
    body.resize(at);
    co_return body;
}

}  // namespace net::gate
