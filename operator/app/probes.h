// What /healthz and /readyz say: set by the controller's thread, read by the endpoint's.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "base/time.h"

#include <string>

namespace app {

class Probes {
public:
    // `clock` must outlive it.
    explicit Probes(const base::Clock& clock)
        : clock_(clock), state_(State{.beat = clock.ticks()}) {}

    // The loop turns: at least every 30 s, or the process counts as stuck.
    void beat();
    // Empty: ready. Else why not, in one sentence.
    void set_waiting_for(std::string what);

    // Unavailable with the sentence. Any thread.
    base::Result<> healthy() const;
    base::Result<> ready() const;

private:
    struct State {
        base::Ticks beat{};
        std::string waits_for = "starting";
    };

    const base::Clock& clock_;
    base::Guarded<State> state_;
};

}  // namespace app
