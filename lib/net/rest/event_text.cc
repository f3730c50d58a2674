#include "net/rest/event_text.h"

#include <algorithm>

namespace net::rest {
namespace {

void append_field(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\n");
}

// An id with NUL would be ignored (§9.2.6); a line break would start another field.
std::string_view first_line(std::string_view value) {
    return value.substr(0, value.find_first_of(std::string_view("\r\n\0", 3)));
}

}  // namespace

std::string event_text(std::string_view id, std::string_view event, std::string_view data) {
    std::string text;
    if (!id.empty()) append_field(text, "id", first_line(id));
    if (!event.empty()) append_field(text, "event", first_line(event));
    // CR LF, CR and LF all end a line for the reader.
    for (bool more = true; more;) {
        const std::size_t end = data.find_first_of("\r\n");
        append_field(text, "data", data.substr(0, end));
        more = end != std::string_view::npos;
        if (more) data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
    }
    return text.append("\n");
}

}  // namespace net::rest
