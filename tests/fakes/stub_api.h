// A small HTTP API on loopback whose answers are a function of the request: what scanner tests
// scan. Gaps: HTTP/1.1 without chunked bodies and TLS; the handler runs for one request at a time;
// no HEAD semantics (a HEAD is answered like its GET without the body).
#pragma once

#include "base/text.h"
#include "fakes/raw_server.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fakes {

struct ApiRequest {
    std::string method;
    std::string path;                              // decoded
    std::map<std::string, std::string> query{};    // decoded
    std::map<std::string, std::string> headers{};  // names in small letters
    std::string body{};

    std::string header(const std::string& name) const {
        const auto it = headers.find(name);
        return it == headers.end() ? "" : it->second;
    }
};

struct ApiAnswer {
    int status = 200;
    std::string body{};
    std::map<std::string, std::string> headers{{"Content-Type", "application/json"}};
};

inline ApiRequest parse_api_request(std::string_view text) {
    ApiRequest out;
    const auto head_end = text.find("\r\n\r\n");
    auto head = text.substr(0, head_end);
    if (head_end != std::string_view::npos) out.body = text.substr(head_end + 4);
    const auto first = head.substr(0, head.find("\r\n"));
    const auto words = base::split(first, ' ');
    if (words.size() < 2) return out;
    out.method = words[0];
    const auto question = words[1].find('?');
    out.path = base::percent_decode(words[1].substr(0, question));
    if (question != std::string_view::npos) {
        for (const auto pair : base::split(words[1].substr(question + 1), '&')) {
            const auto equals = std::min(pair.find('='), pair.size());
            const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
            out.query[base::percent_decode(pair.substr(0, equals))] = base::percent_decode(value);
        }
    }
    for (const auto line :
         base::split(head.substr(std::min(first.size() + 2, head.size())), '\n')) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        out.headers[base::to_lower(line.substr(0, colon))] = base::trim(line.substr(colon + 1));
    }
    return out;
}

class StubApi {
public:
    using Handler = std::function<ApiAnswer(const ApiRequest&)>;
    explicit StubApi(Handler handler)
        : handler_(std::move(handler)),
          server_([this](RawConnection& connection) { serve(connection); }) {}

    std::string url(std::string_view path = "") const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + std::string(path);
    }
    std::vector<ApiRequest> requests() const {
        std::vector<ApiRequest> out;
        for (const auto& text : server_.requests()) out.push_back(parse_api_request(text));
        return out;
    }

private:
    void serve(RawConnection& connection) {
        while (true) {
            const auto text = connection.read_request();
            if (text.empty()) return;
            const auto request = parse_api_request(text);
            ApiAnswer answer;
            {
                const std::scoped_lock lock(mutex_);
                answer = handler_(request);
            }
            std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " X\r\n";
            for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
            head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
            if (!connection.send(head + (request.method == "HEAD" ? "" : answer.body))) return;
        }
    }

    std::mutex mutex_;
    Handler handler_;
    RawServer server_;  // last: its threads use the others
};

}  // namespace fakes
