// HTTP messages as values. Pure.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

struct HeaderField {
    std::string name;
    std::string value;
    bool operator==(const HeaderField&) const = default;
};

// In order of arrival; names compare without case.
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<HeaderField> fields) : fields_(fields) {}

    void add(std::string name, std::string value);
    void set(std::string_view name, std::string value);  // replaces all of that name
    void remove(std::string_view name);
    // First value, or nullopt.
    std::optional<std::string_view> get(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    const std::vector<HeaderField>& fields() const { return fields_; }
    bool operator==(const Headers&) const = default;

private:
    std::vector<HeaderField> fields_;
};

struct Request {
    std::string method = "GET";
    std::string url{};  // absolute, for the client
    Headers headers{};
    std::string body{};
};

// Why a request has no complete answer.
enum class Failure {
    None,
    OutOfScope,  // the scope guard refused: nothing was sent
    Connect,     // no connection (refused, unreachable, no such name)
    Tls,
    TimedOut,   // one of the time limits
    TooSlow,    // below the minimum rate
    BadAnswer,  // not HTTP, wrong lengths, too many headers
    BodyBomb,   // decompresses beyond 100 : 1
    Reset,      // the peer closed in mid-answer
    TooManyRedirects,
    BadRequest,  // the request cannot be put on the wire (method, header, URL): nothing was sent
    Cancelled,
};
std::string_view to_string(Failure failure);  // kebab-case

struct Response {
    int status = 0;  // 0 when failure != None and no status line came
    Headers headers{};
    std::string body{};           // decompressed, cut at the client's keep limit
    bool body_cut = false;        // more came than was kept
    std::string effective_url{};  // after redirects
    std::string peer_address{};
    base::Duration elapsed{};  // from send to last byte
    base::Duration first_byte{};
    std::uint64_t bytes_read = 0;
    Failure failure = Failure::None;
    std::string failure_message{};

    bool ok() const { return failure == Failure::None; }
    bool is_2xx() const { return ok() && status >= 200 && status < 300; }
};

// Seconds or an HTTP date (RFC 9110 §10.2.3), as a delay from `now`; nullopt if unreadable. Never
// negative.
std::optional<base::Duration> parse_retry_after(std::string_view value, base::Instant now);

}  // namespace net
