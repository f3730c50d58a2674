// What the response headers of one operation were like: the facts that scan::derive makes
// api.headers from. Pure.
#pragma once

#include "base/json.h"
#include "net/http.h"

#include <string>

namespace runner::api {

struct Seen {
    int present = 0;
    int missing = 0;
};

struct HeaderFacts {
    Seen content_type_options{};
    Seen hsts{};
    Seen no_store{};  // authenticated JSON answers of 2xx only
    int type_ok = 0;
    int type_missing = 0;
    int type_wrong = 0;
    std::string server_version{};
    std::string powered_by{};
};

enum class Caller { Anonymous, SignedIn };
void note_headers(const net::Response& response, bool is_json, Caller caller, HeaderFacts& facts);
base::Json to_json(const HeaderFacts& facts);

}  // namespace runner::api
