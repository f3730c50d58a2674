// How many requests may be under way at once: a window that gives way to a server in trouble
// (additive increase, multiplicative decrease). Pure.
#pragma once

#include "base/time.h"
#include "net/http.h"

#include <optional>

namespace kube {

struct WindowOptions {
    int min = 8;
    int max = 64;
    // The server shares itself out fairly (priority and fairness), so begin at the top: a window
    // that opens from 8 would take 2 000 answers to get there.
    int start = 64;
    // Several answers tell of one trouble; they count once.
    base::Duration halving_gap{1'000};
    // Nobody obeys longer than this: a wrong Retry-After must not stop an operator for a day.
    base::Duration hold_max{120'000};
};

// One more for each full window of good answers; halved on trouble, at most once per halving_gap
// and only by requests that were sent after the last halving.
class Window {
public:
    explicit Window(const WindowOptions& options = {});

    bool may_send(base::Ticks now) const;
    // Nothing may be sent before, by anybody; nullopt = nothing is held.
    std::optional<base::Ticks> held_until(base::Ticks now) const;

    void on_sent() { ++in_flight_; }
    // A request of ours that nobody waits for any more.
    void on_forgotten() { --in_flight_; }
    struct Outcome {
        bool trouble = false;
        base::Ticks sent{};
    };
    void on_answer(const Outcome& outcome, base::Ticks now);
    // Retry-After, of whatever answer.
    void hold(base::Duration delay, base::Ticks now);

    int size() const { return size_; }
    int in_flight() const { return in_flight_; }

private:
    const WindowOptions options_;
    int size_;
    int in_flight_ = 0;
    int good_ = 0;  // answers since the last change of size
    std::optional<base::Ticks> halved_{};
    base::Ticks held_until_{};
};

// 429, 5xx, or none at all.
bool is_trouble(int status, net::Failure failure);

}  // namespace kube
