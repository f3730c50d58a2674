#include "kube/leader.h"

#include <algorithm>
#include <utility>

namespace kube {
namespace {

// Of client-go: those who wait do not come all at once.
constexpr double kJitter = 1.2;
// Who is stopping has a few seconds; after that the Lease simply runs out.
constexpr int kGiveBacksMax = 2;
// client-go's: whoever reads it knows that nobody is there.
constexpr std::chrono::seconds kGivenBackDuration{1};

ApiError bad_answer(const std::string& sentence) {
    ApiError error;
    error.failure = net::Failure::BadAnswer;
    error.message = sentence;
    return error;
}

}  // namespace

LeaderElector::LeaderElector(LeaderOptions options, CallIds& ids)
    : options_(std::move(options)), ids_(&ids), chance_(options_.seed) {}

bool LeaderElector::is_leader(base::Ticks now) const {
    return leads_ && now < renewed_ + options_.renew_deadline;
}

void LeaderElector::tick(Now now, Outbox& out) {
    if (leads_ && !is_leader(now.ticks)) {
        lose();
        if (state_ != State::Waiting) hang_up(out);
        lease_.reset();
        retry_later(now);
    }
    if (state_ != State::Waiting || now.ticks < until_) return;
    // Who leads knows the Lease as nobody else writes it; all others look first.
    if (leads_ && lease_)
        claim(now, out);
    else
        read(now, out);
}

std::optional<base::Ticks> LeaderElector::wake_at() const {
    std::optional<base::Ticks> wake;
    if (state_ == State::Waiting) wake = until_;
    if (leads_)
        wake = std::min(wake.value_or(base::Ticks::max()), renewed_ + options_.renew_deadline);
    return wake;
}

bool LeaderElector::take(const CallEvent& event, Now now, Outbox& out) {
    const bool in_flight = state_ != State::Waiting && state_ != State::Stopped;
    if (!in_flight || event.id != call_) return false;
    const auto* answer = std::get_if<Answer>(&event.what);
    if (answer == nullptr) return true;
    switch (state_) {
    case State::Reading: on_read(*answer, now, out); break;
    case State::Creating: on_written(*answer, now, out); break;
    case State::Writing:
        stopping_ ? on_given_back(*answer, now, out) : on_written(*answer, now, out);
        break;
    case State::Waiting:
    case State::Stopped: break;
    }
    return true;
}

void LeaderElector::stop(Now now, Outbox& out) {
    if (stopping_) return;
    stopping_ = true;
    const bool held = leads_;
    lose();
    const bool may_hold = held || state_ == State::Creating || state_ == State::Writing;
    if (state_ != State::Waiting) {
        hang_up(out);
        lease_.reset();
    }
    if (!may_hold) {
        state_ = State::Stopped;
    } else if (lease_) {
        give_back(now, out);
    } else {
        read(now, out);
    }
}

// Calls

void LeaderElector::send(State state, Request request, Now now, Outbox& out) {
    state_ = state;
    call_ = ids_->next();
    sent_ = now.ticks;
    // Two tries fit before the deadline.
    out.calls.push_back({.id = call_,
                         .request = std::move(request),
                         .timeout = options_.renew_deadline / 2,
                         .urgent = true});
}

void LeaderElector::hang_up(Outbox& out) {
    out.hang_ups.push_back(call_);
    call_ = 0;
}

void LeaderElector::read(Now now, Outbox& out) {
    send(State::Reading, get(kLeases, options_.lease), now, out);
}

LeaseClaim LeaderElector::our_claim(Now now) const {
    const bool ours = lease_ && lease_->holder == options_.identity;
    const bool taken = lease_ && !ours;
    return {.holder = options_.identity,
            .duration = options_.lease_duration,
            .now = now.wall,
            .acquired = !ours,
            .transitions = (lease_ ? lease_->transitions : 0) + (taken ? 1 : 0)};
}

void LeaderElector::create_lease(Now now, Outbox& out) {
    lease_.reset();
    send(State::Creating,
         create(kLeases, options_.lease.namespace_, new_lease(options_.lease, our_claim(now))), now,
         out);
}

void LeaderElector::claim(Now now, Outbox& out) {
    send(State::Writing, replace(kLeases, options_.lease, claimed(*lease_, our_claim(now))), now,
         out);
}

void LeaderElector::give_back(Now now, Outbox& out) {
    ++give_backs_;
    const LeaseClaim nobody{.holder = {},
                            .duration = kGivenBackDuration,
                            .now = now.wall,
                            .acquired = true,
                            .transitions = lease_->transitions};
    send(State::Writing, replace(kLeases, options_.lease, claimed(*lease_, nobody)), now, out);
}

void LeaderElector::retry_later(Now now) {
    auto delay = options_.retry;
    if (!leads_)
        delay += chance_.up_to(base::Duration(
            static_cast<std::int64_t>(kJitter * static_cast<double>(delay.count()))));
    if (trouble_ && trouble_->retry_after && !leads_)
        delay = std::max(delay,
                         std::min<base::Duration>(*trouble_->retry_after, options_.lease_duration));
    state_ = State::Waiting;
    until_ = now.ticks + delay;
}

// Somebody else wrote: who leads must know at once what; all others have time.
void LeaderElector::read_again(Now now, Outbox& out) {
    lease_.reset();
    if (!leads_ || read_again_) return retry_later(now);
    read_again_ = true;
    read(now, out);
}

// Answers

// True if the answer is a Lease.
bool LeaderElector::observe(const Answer& answer, Now now) {
    trouble_ = answer.error;
    if (trouble_) return false;
    auto lease = parse_lease(answer.body);
    if (!lease) {
        trouble_ = bad_answer(lease.error().message());
        return false;
    }
    if (lease->record != record_ || holder_ != lease->holder) {
        record_ = lease->record;
        observed_ = now.ticks;
    }
    holder_ = lease->holder;
    transitions_ = lease->transitions;
    lease_ = std::move(*lease);
    return true;
}

bool LeaderElector::is_free(Now now) const {
    if (lease_->holder.empty() || lease_->holder == options_.identity) return true;
    const auto lasts = lease_->duration.count() > 0 ? lease_->duration : options_.lease_duration;
    return now.ticks >= observed_ + lasts;
}

void LeaderElector::on_read(const Answer& answer, Now now, Outbox& out) {
    if (observe(answer, now)) {
        const bool ours = lease_->holder == options_.identity;
        if (stopping_) {
            if (ours) return give_back(now, out);
            state_ = State::Stopped;
            return;
        }
        if (!ours) lose();
        return is_free(now) ? claim(now, out) : retry_later(now);
    }
    lease_.reset();
    if (stopping_) {
        state_ = State::Stopped;
    } else if (trouble_ && is_not_found(*trouble_)) {
        create_lease(now, out);
    } else {
        retry_later(now);
    }
}

// Of a create or a claim.
void LeaderElector::on_written(const Answer& answer, Now now, Outbox& out) {
    if (!observe(answer, now)) {
        // 404: deleted. Any other failure may have been a success: only reading tells.
        const bool lost_race = trouble_->code == 409 || is_not_found(*trouble_);
        lease_.reset();
        return lost_race ? read_again(now, out) : retry_later(now);
    }
    read_again_ = false;
    // An answer that took too long is worth nothing: others may count from before it.
    const bool fresh = now.ticks < sent_ + options_.renew_deadline;
    if (lease_->holder == options_.identity && fresh) {
        renewed_ = sent_;
        if (!leads_) ++term_;
        leads_ = true;
    }
    retry_later(now);
}

void LeaderElector::on_given_back(const Answer& answer, Now now, Outbox& out) {
    const bool again = answer.error && answer.error->code == 409 && give_backs_ < kGiveBacksMax;
    lease_.reset();
    if (again)
        read(now, out);
    else
        state_ = State::Stopped;
}

}  // namespace kube
