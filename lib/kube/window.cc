#include "kube/window.h"

#include <algorithm>

namespace kube {

Window::Window(const WindowOptions& options)
    : options_(options), size_(std::clamp(options.start, options.min, options.max)) {}

bool Window::may_send(base::Ticks now) const {
    return in_flight_ < size_ && !held_until(now).has_value();
}

std::optional<base::Ticks> Window::held_until(base::Ticks now) const {
    return held_until_ > now ? std::optional(held_until_) : std::nullopt;
}

void Window::on_answer(const Outcome& outcome, base::Ticks now) {
    --in_flight_;
    if (!outcome.trouble) {
        if (++good_ < size_ || size_ == options_.max) return;
        size_ += 1;
        good_ = 0;
        return;
    }
    good_ = 0;
    const bool old_news =
        halved_ && (outcome.sent <= *halved_ || now - *halved_ < options_.halving_gap);
    if (old_news) return;
    size_ = std::max(size_ / 2, options_.min);
    halved_ = now;
}

void Window::hold(base::Duration delay, base::Ticks now) {
    held_until_ = std::max(held_until_, now + std::min(delay, options_.hold_max));
}

bool is_trouble(int status, net::Failure failure) {
    return status == 429 || status >= 500 || failure != net::Failure::None;
}

}  // namespace kube
