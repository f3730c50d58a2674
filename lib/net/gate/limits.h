// What the gate counts over all its threads: connections, body bytes, events. Any thread. Knows no
// sockets.
#pragma once

#include "base/guarded.h"
#include "net/server.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace net::gate {

struct Counters {
    std::atomic<std::uint64_t> accepted{0}, refused_full{0}, evicted{0}, requests{0},
        bad_requests{0};
};

// Connections by address and in all. When it is full, a newcomer takes the seat of whoever waits
// longest without a request in work: first those that never had a request admitted, then idle ones.
class Seats {
public:
    using Evict = std::function<void()>;
    using Id = std::uint64_t;

    Seats(std::size_t total_max, std::size_t per_address_max, Counters& counters)
        : total_max_(total_max), per_address_max_(per_address_max), counters_(counters) {}

    // The newcomer waits. nullopt: full, and all are at work. May call the Evict of another seat,
    // on this thread and without a lock held; that seat is free from then on. `address`: what
    // counts as one peer.
    std::optional<Id> take(const std::string& address, Evict evict);
    // A whole head came; `admitted` ones are spared longest from now on. False: it was evicted.
    bool work(Id id);
    void admitted(Id id);
    void wait(Id id);
    void leave(Id id);
    std::size_t taken() const;

private:
    struct Seat {
        std::string address;
        Evict evict;
        bool known = false;
        std::optional<std::list<Id>::iterator> place{};  // in one of the lines, while it waits
    };
    struct Books {
        std::unordered_map<Id, Seat> seats;
        std::unordered_map<std::string, std::size_t> by_address;
        std::list<Id> strangers, known;  // those that wait, longest first
        Id next = 1;

        std::optional<Id> longest_waiting(const std::string* address) const;
        void queue(Id id, Seat& seat);
        void unqueue(Seat& seat);
        Evict remove(Id id);
    };

    const std::size_t total_max_;
    const std::size_t per_address_max_;
    Counters& counters_;
    base::Guarded<Books> books_;
};

// Body bytes that are held at one time, announced ones included.
class BodyBudget {
public:
    explicit BodyBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
    std::size_t in_flight() const { return in_flight_; }

    // Holds its bytes until destruction.
    class Share {
    public:
        Share() = default;
        Share(Share&& other) noexcept;
        Share& operator=(Share&& other) noexcept;
        ~Share();

    private:
        friend class BodyBudget;
        Share(BodyBudget& budget, std::size_t bytes) : budget_(&budget), bytes_(bytes) {}
        BodyBudget* budget_ = nullptr;
        std::size_t bytes_ = 0;
    };
    std::optional<Share> reserve(std::size_t bytes);

private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> in_flight_{0};
};

}  // namespace net::gate
