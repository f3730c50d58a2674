#include "net/url.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace net {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// Servers take about 8 KiB; scanners may try more on purpose, and a hostile link must still end
// somewhere.
constexpr std::size_t kUrlBytesMax = 64u << 10;
// RFC 1035 §2.3.4.
constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool all_of(std::string_view text, bool (*test)(char)) {
    return std::all_of(text.begin(), text.end(), test);
}

std::string_view trim_blanks(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// RFC 3986 §3.1; nullopt where the text begins with no scheme.
std::optional<std::string_view> scheme_of(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || !is_letter(text.front()))
        return std::nullopt;
    const auto scheme = text.substr(0, colon);
    const bool good = all_of(scheme, [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
    return good ? std::optional(scheme) : std::nullopt;
}

int default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

Result<> check_text(std::string_view text) {
    if (text.size() > kUrlBytesMax)
        return fail(ErrorKind::TooLarge, "the URL is longer than 64 KiB");
    if (std::any_of(text.begin(), text.end(), is_control)) {
        return fail(ErrorKind::Invalid, "the URL holds a control character");
    }
    return {};
}

// The WHATWG rule: a host whose last label is a number has to be an IPv4 address as a whole, since
// resolvers would read it as one.
bool ends_in_number(std::string_view host) {
    const auto label = host.substr(host.rfind('.') + 1);
    if (label.starts_with("0x")) return all_of(label.substr(2), is_hex);
    return all_of(label, is_digit);
}

Result<> check_name(std::string_view host) {
    if (host.size() > kHostBytesMax)
        return fail(ErrorKind::Invalid, "the host name is longer than 253 characters");
    for (const auto label : base::split(host, '.')) {
        const bool good =
            !label.empty() && label.size() <= kLabelBytesMax && all_of(label, [](char c) {
                return is_letter(c) || is_digit(c) || c == '-' || c == '_';
            });
        if (good) continue;
        return fail(
            ErrorKind::Invalid,
            fmt::format(
                "\"{}\" is not a host name: its labels need 1 to 63 ASCII letters, digits, '-' or "
                "'_' (write international names as xn--…)",
                base::to_utf8(base::ellipsize(host, 80))));
    }
    return {};
}

Result<int> parse_port(std::string_view text, std::string_view scheme) {
    if (text.empty()) return default_port(scheme);
    int port = 0;
    if (text.size() <= 5 && all_of(text, is_digit)) {
        for (const char c : text) port = port * 10 + (c - '0');
    }
    if (port >= 1 && port <= 65'535) return port;
    return fail(ErrorKind::Invalid,
                fmt::format("\"{}\" is not a port (1 to 65535)", base::ellipsize(text, 20)));
}

// Fills userinfo, host and port of `url`, whose scheme is set (RFC 3986 §3.2).
Result<> parse_authority(std::string_view text, Url& url) {
    // Parsers disagree on both, so that a guard could see another host than the one that is asked.
    if (text.contains('\\')) return fail(ErrorKind::Invalid, "the URL has a '\\' before its path");
    const auto at = text.find('@');
    if (at != text.rfind('@'))
        return fail(ErrorKind::Invalid, "the URL has more than one '@' before its path");
    if (at != std::string_view::npos) {
        url.userinfo = text.substr(0, at);
        text.remove_prefix(at + 1);
    }
    const auto bracket = text.starts_with('[') ? text.find(']') : std::size_t{0};
    if (bracket == std::string_view::npos)
        return fail(ErrorKind::Invalid, "the URL's '[' is not closed");
    const auto colon = text.find(':', bracket);
    url.host = TRY(normalize_host(text.substr(0, colon)));
    const auto port = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    url.port = TRY(parse_port(port, url.scheme));
    return {};
}

// Only what no request line can carry; the rest goes out as the scanner wrote it.
std::string encode_unsendable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", byte);
        }
    }
    return out;
}

void set_path_and_query(std::string_view text, Url& url) {
    text = text.substr(0, text.find('#'));
    const auto mark = text.find('?');
    url.path = encode_unsendable(text.substr(0, mark));
    if (url.path.empty()) url.path = "/";
    url.query = mark == std::string_view::npos ? "" : encode_unsendable(text.substr(mark + 1));
}

// Encoding makes text longer, so what comes out is checked too.
Result<> check_size(const Url& url) {
    if (url.text().size() <= kUrlBytesMax) return {};
    return fail(ErrorKind::TooLarge, "the URL is longer than 64 KiB");
}

// RFC 3986 §5.2.4, by segments. `path` begins with '/'.
std::string remove_dot_segments(std::string_view path) {
    std::vector<std::string> kept;
    const auto segments = base::split(path.substr(1), '/');
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const bool dots = segments[i] == "." || segments[i] == "..";
        if (segments[i] == ".." && !kept.empty()) kept.pop_back();
        if (!dots) kept.emplace_back(segments[i]);
        if (dots && i + 1 == segments.size()) kept.emplace_back();
    }
    return "/" + base::join(kept, "/");
}

// RFC 3986 §5.2.2 from "T.authority = Base.authority" on: the reference has neither scheme nor
// authority.
Url resolve_path(Url base_url, std::string_view reference) {
    reference = reference.substr(0, reference.find('#'));
    const auto mark = reference.find('?');
    const auto path = reference.substr(0, mark);
    if (mark != std::string_view::npos) {
        base_url.query = encode_unsendable(reference.substr(mark + 1));
    } else if (!path.empty()) {
        base_url.query.clear();
    }
    if (path.empty()) return base_url;
    const auto folder = base_url.path.substr(0, base_url.path.rfind('/') + 1);
    const auto joined = path.starts_with('/') ? std::string(path) : folder + std::string(path);
    base_url.path = remove_dot_segments(encode_unsendable(joined));
    return base_url;
}

}  // namespace

std::string Url::origin() const {
    const bool v6 = host.contains(':');
    auto text = fmt::format("{}://{}{}{}", scheme, v6 ? "[" : "", host, v6 ? "]" : "");
    if (port != default_port(scheme)) text += fmt::format(":{}", port);
    return text;
}

std::string Url::text() const {
    return query.empty() ? origin() + path : origin() + path + "?" + query;
}

Result<Url> parse_url(std::string_view text) {
    text = trim_blanks(text);
    TRY(check_text(text));
    const auto scheme = scheme_of(text);
    if (!scheme) return fail(ErrorKind::Invalid, "the URL does not begin with http:// or https://");
    Url url{.scheme = base::to_lower(*scheme), .host = {}};
    if (url.scheme != "http" && url.scheme != "https") {
        return fail(ErrorKind::Invalid,
                    fmt::format("the URL's scheme is {}: only http and https are allowed",
                                base::ellipsize(url.scheme, 20)));
    }
    text.remove_prefix(scheme->size() + 1);
    if (!text.starts_with("//"))
        return fail(ErrorKind::Invalid, "the URL has no host: it needs // behind its scheme");
    text.remove_prefix(2);
    const auto end = std::min(text.find_first_of("/?#"), text.size());
    TRY(parse_authority(text.substr(0, end), url));
    set_path_and_query(text.substr(end), url);
    TRY(check_size(url));
    return url;
}

Result<Url> resolve(const Url& base_url, std::string_view reference) {
    reference = trim_blanks(reference);
    TRY(check_text(reference));
    const bool with_authority = reference.starts_with("//");
    if (with_authority || scheme_of(reference)) {
        const auto absolute = with_authority ? base_url.scheme + ":" + std::string(reference)
                                             : std::string(reference);
        auto url = TRY(parse_url(absolute));
        url.path = remove_dot_segments(url.path);
        return url;
    }
    auto url = resolve_path(base_url, reference);
    url.userinfo.clear();
    TRY(check_size(url));
    return url;
}

Result<std::string> normalize_host(std::string_view text) {
    if (text.starts_with('[')) {
        const auto address = TRY(parse_ip(text));
        return address.text();
    }
    auto host = base::to_lower(base::percent_decode(text));
    if (host.ends_with('.')) host.pop_back();
    if (host.empty()) return fail(ErrorKind::Invalid, "the URL has no host");
    TRY(check_name(host));
    if (!ends_in_number(host)) return host;
    const auto address = TRY(parse_ip(host));
    return address.text();
}

std::string build_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
    std::string query;
    for (const auto& [name, value] : parameters) {
        if (!query.empty()) query += '&';
        query += base::percent_encode(name) + "=" + base::percent_encode(value);
    }
    return query;
}

}  // namespace net
