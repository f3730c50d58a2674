// The text of server-sent events (WHATWG HTML §9.2). Pure.
#pragma once

#include <string>
#include <string_view>

namespace net::rest {

// Empty id and event are left out. Line breaks in data become several data lines; in id and event
// they end the value.
std::string event_text(std::string_view id, std::string_view event, std::string_view data);

// A comment: readers skip it, a connection whose reader left breaks on it.
inline constexpr std::string_view kHeartbeat = ":\n\n";

}  // namespace net::rest
