// Reads the raw head of an HTTP/1.x request (RFC 9112 §2-§6), stricter than the RFC wherever two
// readers could differ: what passes here means the same to every server behind. Pure.
#pragma once

#include "net/server.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

namespace net {

struct ScannedHead {
    RequestHead head;               // without peer_address
    std::size_t bytes = 0;          // of the input, blank line included
    bool keep_alive = true;         // HTTP/1.1 without "Connection: close"
    bool expects_continue = false;  // wants "100 Continue" before it sends the body
    bool chunks_allowed = true;     // HTTP/1.1: may be answered in chunks
};
struct NeedMore {};
// After one the connection cannot be trusted any more: answer and close.
struct BadHead {
    int status = 400;
    std::string_view sentence;
};
using Scan = std::variant<NeedMore, ScannedHead, BadHead>;

// One per head.
class HeadScanner {
public:
    explicit HeadScanner(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // `input` is all that came since the head's first byte; it only grows from call to call. Linear
    // in all: each byte is looked at once however the input is cut.
    Scan scan(std::string_view input);

private:
    std::optional<BadHead> check_byte(std::string_view input) const;
    void skip_plain(std::string_view input);

    std::size_t bytes_max_;
    std::size_t at_ = 0;  // checked so far
    std::size_t line_start_ = 0;
    std::size_t lines_ = 0;
};

}  // namespace net
