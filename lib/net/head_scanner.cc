#include "net/head_scanner.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace net {
namespace {

// Ours send about 10, browsers about 20.
constexpr std::size_t kLinesMax = 100;
// The longest registered method has 17 characters.
constexpr std::size_t kMethodBytesMax = 32;
// 18 digits fit into 64 bits whatever they are.
constexpr std::size_t kLengthDigitsMax = 18;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// RFC 9110 §5.6.2
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_alphanumeric(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
    });
}

// pchar, '/' and '?' of RFC 3986; '#' and raw bytes never stand in a request.
bool is_origin_form(std::string_view text) {
    return text.starts_with('/') && std::ranges::all_of(text, [](char c) {
               return is_alphanumeric(c) || is_one_of(c, "-._~%!$&'()*+,;=:@/?");
           });
}

bool is_host(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_alphanumeric(c) || is_one_of(c, "-._~:[]");
    });
}

// Bytes that mean nothing special inside a line.
bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<BadHead> bad(std::string_view sentence) { return BadHead{400, sentence}; }

std::optional<BadHead> read_request_line(std::string_view line, ScannedHead& out) {
    const std::vector<std::string_view> parts = base::split(line, ' ');
    if (parts.size() != 3) return bad("the request line is not 'METHOD /path HTTP/1.1'");
    const auto [method, target, version] = std::tuple(parts[0], parts[1], parts[2]);
    if (!is_token(method) || method.size() > kMethodBytesMax) {
        return bad("the request's method is not a token");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return bad("only HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    if (method == "CONNECT") return bad("this is no proxy: CONNECT is refused");
    if (!is_origin_form(target)) {
        return bad("the request's target must be a path that begins with '/'");
    }
    out.head.method = method;
    out.head.target = target;
    out.chunks_allowed = version == "HTTP/1.1";
    out.keep_alive = out.chunks_allowed;
    return std::nullopt;
}

std::optional<BadHead> read_field(std::string_view line, Headers& headers) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return bad("a header line has no ':'");
    const std::string_view name = line.substr(0, colon);
    // "TE :" too: a space before the colon hides a header from some readers.
    if (!is_token(name)) return bad("a header's name is not a token");
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    headers.add(std::string(name), std::string(value));
    return std::nullopt;
}

std::optional<BadHead> check_once(const Headers& headers) {
    if (headers.count("Host") != 1) return bad("exactly one Host header is wanted");
    if (!is_host(*headers.get("Host"))) return bad("the Host header is not a host");
    if (headers.count("Authorization") > 1) return bad("more than one Authorization header");
    if (headers.count("Content-Length") > 1) return bad("more than one Content-Length header");
    if (headers.count("Expect") > 1) return bad("more than one Expect header");
    return std::nullopt;
}

bool wants_length(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

std::optional<BadHead> read_length(ScannedHead& out) {
    const auto length = out.head.headers.get("Content-Length");
    if (out.head.headers.count("Transfer-Encoding") > 0) {
        if (length) return bad("Content-Length and Transfer-Encoding together");
        if (!out.chunks_allowed) return bad("HTTP/1.0 has no Transfer-Encoding");
        return BadHead{411, "send a Content-Length: Transfer-Encoding is not taken"};
    }
    if (!length) {
        if (!wants_length(out.head.method)) return std::nullopt;
        return BadHead{411, "send a Content-Length"};
    }
    if (!is_digits(*length) || length->size() > kLengthDigitsMax) {
        return bad("Content-Length is not one decimal number");
    }
    std::from_chars(length->data(), length->data() + length->size(), out.head.content_length);
    return std::nullopt;
}

std::optional<BadHead> read_intentions(ScannedHead& out) {
    for (const HeaderField& field : out.head.headers.fields()) {
        if (!base::equals_ignoring_case(field.name, "Connection")) continue;
        for (const std::string_view option : base::split(field.value, ',')) {
            if (base::equals_ignoring_case(base::trim(option), "close")) out.keep_alive = false;
        }
    }
    const auto expect = out.head.headers.get("Expect");
    if (!expect) return std::nullopt;
    if (!base::equals_ignoring_case(*expect, "100-continue")) {
        return BadHead{417, "Expect knows only '100-continue'"};
    }
    // HTTP/1.0 clients do not understand the interim answer (RFC 9110 §10.1.1).
    out.expects_continue = out.chunks_allowed && out.head.content_length > 0;
    return std::nullopt;
}

// `lines`: the head without the blank line, each line still with its CR LF.
std::optional<BadHead> read_lines(std::string_view lines, ScannedHead& out) {
    for (bool first = true; !lines.empty(); first = false) {
        const std::size_t end = lines.find("\r\n");
        const std::string_view line = lines.substr(0, end);
        const auto problem =
            first ? read_request_line(line, out) : read_field(line, out.head.headers);
        if (problem) return problem;
        lines.remove_prefix(end + 2);
    }
    return std::nullopt;
}

Scan parse(std::string_view head) {
    ScannedHead out;
    out.bytes = head.size();
    if (const auto problem = read_lines(head.substr(0, head.size() - 2), out)) return *problem;
    if (const auto problem = check_once(out.head.headers)) return *problem;
    if (const auto problem = read_length(out)) return *problem;
    if (const auto problem = read_intentions(out)) return *problem;
    return out;
}

}  // namespace

std::optional<BadHead> HeadScanner::check_byte(std::string_view input) const {
    const char c = input[at_];
    const char before = at_ > 0 ? input[at_ - 1] : '\0';
    if ((c == '\n') != (before == '\r')) return bad("lines must end in CR LF");
    const bool is_control =
        (static_cast<unsigned char>(c) < 0x20 && !is_one_of(c, "\t\r\n")) || c == 0x7f;
    if (is_control) return bad("a control character in the head");
    const bool folds = at_ == line_start_ && lines_ > 0 && is_one_of(c, " \t");
    if (folds) return bad("a header is folded over two lines");
    return std::nullopt;
}

// Nearly all bytes stand behind a plain one and are plain themselves.
void HeadScanner::skip_plain(std::string_view input) {
    if (at_ == line_start_ || !is_plain(input[at_ - 1])) return;
    const std::size_t end = std::min(input.size(), bytes_max_);
    while (at_ < end && is_plain(input[at_])) ++at_;
}

Scan HeadScanner::scan(std::string_view input) {
    for (; at_ < input.size(); ++at_) {
        skip_plain(input);
        if (at_ == input.size()) break;
        if (at_ >= bytes_max_) return BadHead{431, "the request's head is too long"};
        if (const auto problem = check_byte(input)) return *problem;
        if (input[at_] != '\n') continue;
        const bool is_blank = at_ == line_start_ + 1;
        if (is_blank && lines_ == 0) return BadHead{400, "the request line is missing"};
        if (is_blank) return parse(input.substr(0, at_ + 1));
        if (++lines_ > kLinesMax) return BadHead{431, "the request has too many headers"};
        line_start_ = at_ + 1;
    }
    return NeedMore{};
}

}  // namespace net
