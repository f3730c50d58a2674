// Whether a request can go on the wire at all. Pure.
#pragma once

#include "net/http.h"
#include "net/scope.h"

namespace net {

// Invalid, with one sentence: the method or a header name is not a token, a header value holds a
// line break or NUL, CONNECT, Transfer-Encoding (we frame bodies ourselves).
base::Result<> check_request(const Request& request);

// A Host header sends the request to another virtual server than the URL names. Forbidden if the
// scope would refuse a URL with that host, or if there are several; `scope` may be nullptr.
base::Result<> check_host_header(const Request& request, const Url& url, const Scope* scope);

}  // namespace net
