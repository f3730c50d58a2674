// A value that can only be reached while its mutex is held.
#pragma once

#include <mutex>
#include <utility>

namespace base {

template <typename T>
class Guarded {
public:
    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}

    // Runs `use` with the value while holding the lock, and returns what it returns. Do not let a reference
    // to the value out of `use`, and do not lock again inside it.
    template <typename Use>
    decltype(auto) with(Use&& use) {
        const std::scoped_lock lock(mutex_);
        return std::forward<Use>(use)(value_);
    }
    template <typename Use>
    decltype(auto) with(Use&& use) const {
        const std::scoped_lock lock(mutex_);
        return std::forward<Use>(use)(value_);
    }

private:
    mutable std::mutex mutex_;
    T value_{};
};

}  // namespace base
