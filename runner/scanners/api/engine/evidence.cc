#include "runner/scanners/api/engine/evidence.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {
namespace {

// What a reader needs to see of a body.
constexpr std::size_t kBodyMax = 2u << 10;
// Scrubbing comes before the cut, so that half a secret cannot remain; more than this around the
// point never shows.
constexpr std::size_t kScrubMax = 32u << 10;
// Shorter secrets would match everywhere.
constexpr std::size_t kSecretMin = 6;

void replace_all(std::string& text, const std::string& what) {
    if (what.size() < kSecretMin) return;
    constexpr std::string_view kWith = "[redacted]";
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + kWith.size())) {
        text.replace(at, what.size(), kWith);
    }
}

std::string without_secrets(const Work& work, std::string text,
                            const std::vector<std::string>& hide) {
    auto secrets = work.session.secrets();
    secrets.insert(secrets.end(), hide.begin(), hide.end());
    for (const auto& secret : secrets) {
        replace_all(text, secret);
        replace_all(text, base::base64_encode(secret));
        replace_all(text, base::percent_encode(secret));
    }
    return work.context.redactor.scrub(text);
}

// At most `size` bytes with `point` in the middle.
std::string_view around(std::string_view text, std::size_t at, std::size_t size) {
    if (text.size() <= size) return text;
    const auto start = std::min(at > size / 2 ? at - size / 2 : 0, text.size() - size);
    return text.substr(start, size);
}

std::string shown_body(const Work& work, const Exhibit& exhibit, const std::string& body) {
    const auto at = exhibit.point.empty() ? std::string::npos : body.find(exhibit.point);
    const auto window = around(body, at == std::string::npos ? 0 : at, kScrubMax);
    const auto clean = without_secrets(work, base::to_utf8(window), exhibit.hide);
    const auto clean_at = exhibit.point.empty() ? std::string::npos : clean.find(exhibit.point);
    const auto cut = around(clean, clean_at == std::string::npos ? 0 : clean_at, kBodyMax);
    std::string out = cut.data() != clean.data() ? "…" : "";
    out += base::to_utf8(cut);
    if (cut.data() + cut.size() != clean.data() + clean.size()) out += "…";
    return out;
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

// Credentials stand as shell variables: the line can be pasted once they are set.
std::string curl_line(const net::Request& request, const Persona* who) {
    std::string out = "curl -i -X " + request.method + " " + shell_quoted(request.url);
    for (const auto& [name, value] : request.headers.fields()) {
        if (!base::equals_ignoring_case(name, "X-Scanfleet-Run"))
            out += " -H " + shell_quoted(name + ": " + value);
    }
    if (who != nullptr) {
        for (const auto& field : who->headers)
            out += fmt::format(" -H \"{}: $CREDENTIAL\"", field.name);
        for (const auto& cookie : who->cookies)
            out += fmt::format(" -b \"{}=$CREDENTIAL\"", cookie.first);
        for (const auto& pair : who->query)
            out += fmt::format(" --url-query \"{}=$CREDENTIAL\"", pair.first);
    }
    if (!request.body.empty())
        out += " --data-binary " + shell_quoted(base::ellipsize(base::to_utf8(request.body), 512));
    return out;
}

std::string request_text(const Work& work, const Exhibit& exhibit) {
    const auto& request = exhibit.answer.request;
    std::string out = fmt::format("{} {}\n", request.method, base::ellipsize(request.url, 600));
    for (const auto& [name, value] : request.headers.fields())
        out += name + ": " + base::ellipsize(value, 200) + "\n";
    out += exhibit.who == nullptr ? "(without credentials)\n"
                                  : fmt::format("(credentials of persona {})\n", exhibit.who->name);
    if (!request.body.empty())
        out += "\n" + base::ellipsize(base::to_utf8(request.body), 600) + "\n";
    out += "\n" + curl_line(request, exhibit.who);
    return base::ellipsize(without_secrets(work, std::move(out), exhibit.hide), kBodyMax);
}

std::string response_text(const Work& work, const Exhibit& exhibit) {
    const auto& response = exhibit.answer.response;
    std::string out = fmt::format("HTTP {}\n", response.status);
    auto names = exhibit.headers;
    names.push_back("Content-Type");
    for (const auto name : names) {
        const auto value = response.headers.get(name);
        if (value)
            out += fmt::format("{}: {}\n", name, base::ellipsize(base::to_utf8(*value), 300));
    }
    return without_secrets(work, std::move(out), exhibit.hide) + "\n" +
           shown_body(work, exhibit, response.body);
}

}  // namespace

std::vector<scan::Evidence> evidence_of(const Work& work, const Exhibit& exhibit) {
    return {{.kind = scan::EvidenceKind::Request, .text = request_text(work, exhibit)},
            {.kind = scan::EvidenceKind::Response, .text = response_text(work, exhibit)}};
}

scan::Evidence note(const Work& work, std::string_view text) {
    return {.kind = scan::EvidenceKind::Note,
            .text = base::ellipsize(without_secrets(work, std::string(text), {}), kBodyMax)};
}

}  // namespace runner::api
