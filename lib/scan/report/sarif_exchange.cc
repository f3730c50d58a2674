// webRequest and webResponse: evidence of HTTP taken apart again. It was cut and redacted, so
// nothing here relies on it being whole.
#include "base/text.h"
#include "scan/report/sarif_parts.h"

#include <charconv>
#include <map>

namespace scan::report::sarif {
namespace {

struct Message {
    std::string_view first_line;
    std::map<std::string_view, std::string_view> headers;
    std::string_view body;
};

std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Message take_apart(std::string_view text) {
    Message message{.first_line = take_line(text), .headers = {}, .body = {}};
    while (!text.empty()) {
        const auto line = take_line(text);
        if (line.empty()) break;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) continue;
        message.headers.try_emplace(line.substr(0, colon), base::trim(line.substr(colon + 1)));
    }
    message.body = text;
    return message;
}

void write_rest(JsonText& json, const Message& message) {
    if (!message.headers.empty()) {
        json.key("headers").open('{');
        for (const auto& [name, value] : message.headers) json.member(name, value);
        json.close('}');
    }
    if (!message.body.empty()) json.key("body").open('{').member("text", message.body).close('}');
    json.close('}');
}

bool is_method(std::string_view word) {
    if (word.empty() || word.size() > 16) return false;
    for (const char c : word) {
        if (c < 'A' || c > 'Z') return false;
    }
    return true;
}

void write_request(JsonText& json, const Message& message) {
    const auto words = base::split(message.first_line, ' ');
    if (words.size() < 2 || !is_method(words[0])) return;
    json.key("webRequest").open('{').member("method", words[0]).member("target", words[1]);
    write_rest(json, message);
}

void write_response(JsonText& json, const Message& message) {
    auto line = message.first_line;
    const auto words = base::split(line, ' ');
    if (words.size() < 2 || !words[0].starts_with("HTTP")) return;
    int status = 0;
    const auto [end, fault] =
        std::from_chars(words[1].data(), words[1].data() + words[1].size(), status);
    if (fault != std::errc() || status < 100 || status > 999) return;
    json.key("webResponse").open('{').key("statusCode").number(std::int64_t{status});
    write_rest(json, message);
}

}  // namespace

void write_exchange(JsonText& json, const Evidence& evidence) {
    const auto message = take_apart(evidence.text);
    if (evidence.kind == EvidenceKind::Request) write_request(json, message);
    if (evidence.kind == EvidenceKind::Response) write_response(json, message);
}

}  // namespace scan::report::sarif
