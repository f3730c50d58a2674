// Leader election by a Lease: a stepper with the rules of client-go's leaderelection. Pure.
//
// Whoever holds the Lease renews it every `retry`. Others take it when it is free, or when its
// record has not changed for its duration, counted by their own monotonic clock from when they saw
// the last change: clocks are never compared. Who has not renewed for `renew_deadline` stops
// leading, well before others may take over.
//
// Two leaders at once stay possible (a deleted Lease, a process that stood still): what they write
// must be safe by itself.
// Source: https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
#pragma once

#include "kube/backoff.h"
#include "kube/call.h"
#include "kube/lease.h"

#include <cstdint>
#include <optional>
#include <string>

namespace kube {

struct LeaderOptions {
    ObjectKey lease{};
    std::string identity{};  // of this process alone: host name and a random part
    // The defaults of every controller: 15 s bound the gap after a crash, 10 s leave others' clocks
    // 5 s to be slow, 2 s allow three failures in a row.
    std::chrono::seconds lease_duration{15};
    base::Duration renew_deadline{10'000};
    base::Duration retry{2'000};
    std::uint64_t seed = 1;
};

class LeaderElector {
public:
    // `ids` must outlive it.
    LeaderElector(LeaderOptions options, CallIds& ids);

    // Does what is due. Cheap when nothing is.
    void tick(Now now, Outbox& out);
    // True if the event was one of ours.
    bool take(const CallEvent& event, Now now, Outbox& out);
    // Stops leading at once, and gives the Lease back so that others need not wait. Call it when
    // the last write is through; then drive it until stopped().
    void stop(Now now, Outbox& out);

    // Whether it may be believed at this moment: false from the renew deadline on, whoever forgets
    // to tick.
    bool is_leader(base::Ticks now) const;
    // Counts how often leadership was won here; changes when it was lost and won again in between.
    std::uint64_t term() const { return term_; }
    // leaseTransitions of the Lease as last seen, for logs: grows with each holder, restarts with a
    // new Lease.
    std::int64_t epoch_hint() const { return transitions_; }
    const std::string& holder() const { return holder_; }  // as last seen, for logs
    bool stopped() const { return state_ == State::Stopped; }
    std::optional<base::Ticks> wake_at() const;
    // Why the last try failed; none after one that did not.
    const std::optional<ApiError>& trouble() const { return trouble_; }

private:
    enum class State {
        Waiting,   // until until_
        Reading,   // a GET is in flight
        Creating,  // a POST: there was no Lease
        Writing,   // a PUT: takes, renews or gives back
        Stopped
    };

    void read(Now now, Outbox& out);
    void create_lease(Now now, Outbox& out);
    void claim(Now now, Outbox& out);
    void give_back(Now now, Outbox& out);
    void send(State state, Request request, Now now, Outbox& out);
    void hang_up(Outbox& out);
    void retry_later(Now now);
    void read_again(Now now, Outbox& out);
    void lose() { leads_ = false; }

    void on_read(const Answer& answer, Now now, Outbox& out);
    void on_written(const Answer& answer, Now now, Outbox& out);
    void on_given_back(const Answer& answer, Now now, Outbox& out);
    bool observe(const Answer& answer, Now now);
    bool is_free(Now now) const;
    LeaseClaim our_claim(Now now) const;

    LeaderOptions options_;
    CallIds* ids_;
    Chance chance_;

    State state_ = State::Waiting;
    base::Ticks until_{};
    CallId call_ = 0;
    base::Ticks sent_{};            // of the call in flight
    std::optional<Lease> lease_{};  // as last seen; none when a write may have changed it
    std::string record_{};          // and what it said, since
    base::Ticks observed_{};
    std::string holder_{};
    std::int64_t transitions_ = 0;

    bool leads_ = false;
    base::Ticks renewed_{};  // when the last write that succeeded was sent
    std::uint64_t term_ = 0;
    bool read_again_ = false;  // at once, once in a row
    bool stopping_ = false;
    int give_backs_ = 0;
    std::optional<ApiError> trouble_{};
};

}  // namespace kube
