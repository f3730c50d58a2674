#include "net/gate/limits.h"

#include <algorithm>
#include <utility>

namespace net::gate {

// Linear in those that wait, at most connections_max: 2 048 steps cost some 10 µs, and only while
// it is full.
std::optional<Seats::Id> Seats::Books::longest_waiting(const std::string* address) const {
    for (const std::list<Id>* line : {&strangers, &known}) {
        const auto found = std::ranges::find_if(
            *line, [&](Id id) { return address == nullptr || seats.at(id).address == *address; });
        if (found != line->end()) return *found;
    }
    return std::nullopt;
}

void Seats::Books::queue(Id id, Seat& seat) {
    std::list<Id>& line = seat.known ? known : strangers;
    seat.place = line.insert(line.end(), id);
}

void Seats::Books::unqueue(Seat& seat) {
    if (!seat.place) return;
    (seat.known ? known : strangers).erase(*seat.place);
    seat.place.reset();
}

Seats::Evict Seats::Books::remove(Id id) {
    const auto found = seats.find(id);
    if (found == seats.end()) return {};
    Seat seat = std::move(found->second);
    unqueue(seat);
    seats.erase(found);
    const auto count = by_address.find(seat.address);
    if (--count->second == 0) by_address.erase(count);
    return std::move(seat.evict);
}

std::optional<Seats::Id> Seats::take(const std::string& address, Evict evict) {
    Evict victim;
    const auto id = books_.with([&](Books& books) -> std::optional<Id> {
        const auto count = books.by_address.find(address);
        const bool address_full =
            count != books.by_address.end() && count->second >= per_address_max_;
        if (address_full || books.seats.size() >= total_max_) {
            const auto out = books.longest_waiting(address_full ? &address : nullptr);
            if (!out) return std::nullopt;
            victim = books.remove(*out);
        }
        const Id mine = books.next++;
        Seat& seat = books.seats[mine];
        seat.address = address;
        seat.evict = std::move(evict);
        ++books.by_address[address];
        books.queue(mine, seat);
        return mine;
    });
    ++(id ? counters_.accepted : counters_.refused_full);
    if (victim) {
        ++counters_.evicted;
        victim();
    }
    return id;
}

bool Seats::work(Id id) {
    return books_.with([&](Books& books) {
        const auto found = books.seats.find(id);
        if (found == books.seats.end()) return false;
        books.unqueue(found->second);
        return true;
    });
}

void Seats::admitted(Id id) {
    books_.with([&](Books& books) {
        const auto found = books.seats.find(id);
        // Only while it works: the mark tells in which line it would wait.
        if (found != books.seats.end() && !found->second.place) found->second.known = true;
    });
}

void Seats::wait(Id id) {
    books_.with([&](Books& books) {
        const auto found = books.seats.find(id);
        if (found != books.seats.end() && !found->second.place) books.queue(id, found->second);
    });
}

void Seats::leave(Id id) {
    books_.with([&](Books& books) { books.remove(id); });
}

std::size_t Seats::taken() const {
    return books_.with([](const Books& books) { return books.seats.size(); });
}

BodyBudget::Share::Share(Share&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

BodyBudget::Share& BodyBudget::Share::operator=(Share&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

BodyBudget::Share::~Share() {
    if (budget_ != nullptr) budget_->in_flight_ -= bytes_;
}

std::optional<BodyBudget::Share> BodyBudget::reserve(std::size_t bytes) {
    if (bytes == 0) return Share();
    std::size_t held = in_flight_.load();
    do {
        if (bytes > bytes_max_ || held > bytes_max_ - bytes) return std::nullopt;
    } while (!in_flight_.compare_exchange_weak(held, held + bytes));
    return Share(*this, bytes);
}

}  // namespace net::gate
