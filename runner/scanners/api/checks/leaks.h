// Traces of a server's inside in an answer: stack traces, debug pages, SQL text, source paths.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

struct Leak {
    std::string_view what;  // "a Python stack trace"
    std::string text;       // the part that matched, ≤ 200 bytes
};

// Leaks in the first 256 KiB, one per kind. What `sent` holds (the request's own text) is an echo
// and not one.
std::vector<Leak> find_leaks(std::string_view body, std::string_view sent);

}  // namespace runner::api
