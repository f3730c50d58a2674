#include "net/gate/message.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

namespace net {

Reply error_reply(int status, std::string_view sentence, base::Duration retry_after) {
    Reply reply{.status = status, .body = base::dump_json({{"error", std::string(sentence)}})};
    if (retry_after > base::Duration{}) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(retry_after);
        reply.headers.add("Retry-After", std::to_string(seconds.count()));
    }
    return reply;
}

}  // namespace net

namespace net::gate {
namespace {

struct Phrase {
    int status;
    std::string_view text;
};
constexpr auto kPhrases = std::to_array<Phrase>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
});

constexpr auto kHopByHop = std::to_array<std::string_view>(
    {"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
     "te", "trailer", "transfer-encoding", "upgrade", "content-length"});

// What only the gate may say to the upstream, and what it has answered itself already.
constexpr auto kNotForUpstream = std::to_array<std::string_view>(
    {"x-scanfleet-gate", "x-forwarded-for", "x-real-ip", "forwarded", "expect"});

bool contains(auto&& names, std::string_view name) {
    return std::ranges::any_of(
        names, [&](std::string_view n) { return base::equals_ignoring_case(n, name); });
}

// RFC 9110 §5.6.7
std::string http_date(base::Instant now) {
    using namespace std::chrono;
    static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<days>(now);
    const year_month_day date(day);
    const hh_mm_ss time(floor<seconds>(now - day));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday(day).c_encoding()],
                       unsigned(date.day()), kMonths[unsigned(date.month()) - 1], int(date.year()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

void append_status(std::string& text, int status) {
    fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
}

void append_connection(std::string& text, After after) {
    if (after == After::Close) append_field(text, "Connection", "close");
}

}  // namespace

std::string_view reason_phrase(int status) {
    const auto found = std::ranges::find(kPhrases, status, &Phrase::status);
    return found == kPhrases.end() ? std::string_view() : found->text;
}

bool is_hop_by_hop(std::string_view name, const Headers& headers) {
    if (contains(kHopByHop, name)) return true;
    return std::ranges::any_of(headers.fields(), [&](const HeaderField& field) {
        if (!base::equals_ignoring_case(field.name, "Connection")) return false;
        return std::ranges::any_of(base::split(field.value, ','), [&](std::string_view option) {
            return base::equals_ignoring_case(base::trim(option), name);
        });
    });
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ");
    std::ranges::transform(value, std::back_inserter(text), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    });
    text.append("\r\n");
}

bool has_body(int status, std::string_view method) {
    return method != "HEAD" && status != 204 && status != 304;
}

std::string reply_head(const Reply& reply, After after, base::Instant now) {
    std::string text;
    append_status(text, reply.status);
    append_field(text, "Date", http_date(now));
    if (!reply.body.empty()) append_field(text, "Content-Type", reply.content_type);
    // 204 has no Content-Length (RFC 9110 §8.6); 304 would have to tell that of the 200.
    if (has_body(reply.status, "GET")) {
        append_field(text, "Content-Length", std::to_string(reply.body.size()));
    }
    for (const HeaderField& field : reply.headers.fields()) {
        if (!is_hop_by_hop(field.name, reply.headers)) append_field(text, field.name, field.value);
    }
    append_connection(text, after);
    return text.append("\r\n");
}

std::string upstream_head(const RequestHead& head, std::string_view secret) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", head.method, head.target);
    for (const HeaderField& field : head.headers.fields()) {
        if (is_hop_by_hop(field.name, head.headers) || contains(kNotForUpstream, field.name))
            continue;
        append_field(text, field.name, field.value);
    }
    append_field(text, "X-Forwarded-For", head.peer_address);
    append_field(text, "X-Scanfleet-Gate", secret);
    if (head.content_length > 0 || head.headers.count("Content-Length") > 0) {
        append_field(text, "Content-Length", std::to_string(head.content_length));
    }
    return text.append("\r\n");
}

std::string passed_head(const UpstreamStatus& answer, Framing framing, After after) {
    std::string text;
    append_status(text, answer.status);
    for (const HeaderField& field : answer.headers.fields()) {
        const bool keep =
            framing == Framing::Length && base::equals_ignoring_case(field.name, "Content-Length");
        if (!keep && is_hop_by_hop(field.name, answer.headers)) continue;
        append_field(text, field.name, field.value);
    }
    if (framing == Framing::Chunks) append_field(text, "Transfer-Encoding", "chunked");
    append_connection(text, after);
    return text.append("\r\n");
}

}  // namespace net::gate
