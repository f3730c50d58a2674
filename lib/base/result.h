// Failure as a value: Result<T>, Error and TRY.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// The closed set of failures a caller may want to tell apart. Anything finer belongs in the sentence.
enum class ErrorKind {
    Invalid,      // the input is wrong; the same input fails again
    NotFound,     // what was named is not there
    Conflict,     // it clashes with what is already there (also: locked, other bytes stored)
    Forbidden,    // not allowed: permissions, scope guard, credentials
    TooLarge,     // a documented bound was passed
    Unavailable,  // the other side is away or overloaded: may work later
    TimedOut,     // a deadline passed
    Cancelled,    // somebody asked us to stop
    Internal,     // a bug of ours, or the operating system refused something it should not
};

// "invalid", "not-found", …: for logs and JSON.
std::string_view to_string(ErrorKind kind);

// A kind, one sentence for a human, and the context added on the way up ("read plan document: …").
class Error {
public:
    Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

    ErrorKind kind() const { return kind_; }
    const std::string& message() const { return message_; }

    // The same error, told from one level further up.
    Error in_context(std::string_view context) && {
        message_.insert(0, ": ");
        message_.insert(0, context);
        return std::move(*this);
    }

    bool operator==(const Error&) const = default;

private:
    ErrorKind kind_;
    std::string message_;
};

template <typename T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
    return std::unexpected(Error(kind, std::move(message)));
}

// Passes a success through and puts `context` before the message of a failure.
template <typename T>
Result<T> with_context(Result<T> result, std::string_view context) {
    if (!result) return std::unexpected(std::move(result).error().in_context(context));
    return result;
}

}  // namespace base

#define SF_CONCAT_(a, b) a##b
#define SF_CONCAT(a, b) SF_CONCAT_(a, b)

// Value of a Result, or leave the enclosing function with its error. TRY is the whole right side of a
// declaration, assignment or return, or a statement of its own; never write it inside braces: g++ 12 does
// not destroy the members built before it.
#define TRY(...) SF_TRY_(SF_CONCAT(sf_try_, __COUNTER__), __VA_ARGS__)
#define SF_TRY_(name, ...)                                                                         \
    (__extension__({                                                                               \
        auto&& name = (__VA_ARGS__);                                                               \
        if (!name) return std::unexpected(std::move(name).error());                                \
        std::forward<decltype(name)>(name).operator*();                                            \
    }))
