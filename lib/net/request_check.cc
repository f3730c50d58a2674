#include "net/request_check.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace net {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// Longer than any registered method (UPDATEREDIRECTREF, 17).
constexpr std::size_t kMethodBytesMax = 32;

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || kMarks.contains(c);
    });
}

Result<> check_field(const HeaderField& field) {
    const auto shown = base::to_utf8(base::ellipsize(field.name, 60));
    if (!is_token(field.name))
        return fail(ErrorKind::Invalid, fmt::format("\"{}\" is not a header name", shown));
    if (field.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        return fail(ErrorKind::Invalid,
                    fmt::format("the value of header {} holds a line break or NUL", shown));
    }
    if (base::equals_ignoring_case(field.name, "Transfer-Encoding")) {
        return fail(ErrorKind::Invalid,
                    "Transfer-Encoding cannot be set: the client frames bodies itself");
    }
    return {};
}

}  // namespace

Result<> check_request(const Request& request) {
    if (!is_token(request.method) || request.method.size() > kMethodBytesMax) {
        return fail(ErrorKind::Invalid, "the method is not a token of at most 32 characters");
    }
    // Its target is a host and a port, and its answer a tunnel.
    if (request.method == "CONNECT") return fail(ErrorKind::Invalid, "CONNECT cannot be sent");
    for (const auto& field : request.headers.fields()) TRY(check_field(field));
    return {};
}

Result<> check_host_header(const Request& request, const Url& url, const Scope* scope) {
    const auto host = request.headers.get("Host");
    if (scope == nullptr || !host) return {};
    if (request.headers.count("Host") > 1)
        return fail(ErrorKind::Forbidden, "more than one Host header");
    const auto named = parse_url(fmt::format("{}://{}", url.scheme, *host));
    const bool plain = host->find_first_of("/?#@\\") == std::string_view::npos;
    if (!named || !plain)
        return fail(ErrorKind::Forbidden, "the Host header is not a host and a port");
    return base::with_context(scope->check_url(*named), "Host header");
}

}  // namespace net
