// The text of what the gate sends. Pure.
#pragma once

#include "base/time.h"
#include "net/server.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace net::gate {

enum class After { KeepAlive, Close };

std::string_view reason_phrase(int status);  // RFC 9110 §15; empty if unknown

// Headers that belong to one connection and are never passed on (RFC 9110 §7.6.1), Content-Length
// and Transfer-Encoding among them: whoever sends sets its own.
bool is_hop_by_hop(std::string_view name, const Headers& headers);

// "name: value\r\n"; control characters become spaces, so no value can end its line.
void append_field(std::string& text, std::string_view name, std::string_view value);

// Status line and headers of a reply, blank line included.
std::string reply_head(const Reply& reply, After after, base::Instant now);
// 204 and 304 have none, nor has any answer to HEAD.
bool has_body(int status, std::string_view method);

// What goes to the upstream for an admitted request.
std::string upstream_head(const RequestHead& head, std::string_view secret);

// The answer of an upstream passed on.
struct UpstreamStatus {
    int status = 200;
    Headers headers{};
};
enum class Framing { Length, Chunks, UntilClose };
std::string passed_head(const UpstreamStatus& answer, Framing framing, After after);

}  // namespace net::gate
