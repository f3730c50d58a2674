#include "base/redact.h"

#include "base/redact_rules.h"
#include "base/text.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace base {
namespace redact {
namespace {

// Group 1 is what has to go.
constexpr std::array kPatterns{
    // PEM private keys. Between the lines only what a key may have, so that a text about keys is
    // not swallowed
    // from one mention to the next; a key that was cut loses the lines that are there.
    R"((-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\sA-Za-z0-9+/=:,.\\\xFE-]*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----))",
    R"((-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:(?:\s|\\[nr])*[A-Za-z-]+: [^\r\n\\]*)*(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{20,})+))",
    // user:password@ in URLs (RFC 3986 §3.2.1; the last '@' ends it, as browsers read it), and a
    // token alone.
    R"(:(?://|\\/\\/)([^\s/?#"'<>\\:@]*:[^\s/?#"'<>\\]*)@)",
    R"(:(?://|\\/\\/)([^\s/?#"'<>\\:@]{20,})@)",
    // JWTs (RFC 7519): base64 of '{"', three parts; five when encrypted.
    R"(\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){0,2}))",
    // Tokens that providers mark by a prefix.
    R"(\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b)",                                     // AWS
    R"(\b((?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}))",                               // GitHub
    R"(\b((?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}))",                                   // Slack
    R"(hooks\.slack\.com(?:/|\\/)services(?:/|\\/)([A-Za-z0-9/\\]{20,}))",              // Slack
    R"(\b((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,}))",        // Stripe
    R"(\b(AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}))",  // Google
    R"(\b(gl(?:pat|ptt|dt|rt|cbt|soat|ft)-[A-Za-z0-9_-]{20,}))",                        // GitLab
    R"(\b(npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{50,}|hf_[A-Za-z0-9]{30,}))",
    R"(\b(sk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{40,}))",
    R"(\b(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|do[opr]_v1_[a-f0-9]{40,}))",
    R"(\b(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32,}))",
    // Password hashes: bcrypt, argon2 and its kin, crypt(5), phpass, PBKDF2, LDAP.
    R"((\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{50,}))",
    R"((\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d+)?)\$[./A-Za-z0-9+=,$-]{20,}))",
    R"((\$(?:1|5|6|7|y|gy|apr1|sha1)\$(?:[./A-Za-z0-9=,]+\$){1,3}[./A-Za-z0-9]{20,}))",
    R"((\$[PH]\$[./A-Za-z0-9]{31}|\bpbkdf2_sha\d+\$\d+\$[^\s"'$\\]+\$[A-Za-z0-9+/=]{20,}))",
    R"((\{(?:SSHA|SHA|SMD5|CRYPT)\d*\}[A-Za-z0-9+/=.$]{20,}))",
};

// "Bearer abc": group 1 the scheme, group 2 the token. Words of prose are told apart below.
constexpr auto kScheme = R"((?i)\b(bearer|basic)(?:[ \t]+|%20)([A-Za-z0-9+/=._~-]+))";
constexpr std::array<std::string_view, 16> kSchemeProse{
    "auth",   "authentication", "authorization", "credential", "credentials", "format",
    "header", "headers",        "method",        "realm",      "scheme",      "schemes",
    "scope",  "security",       "token",         "tokens"};

// More rounds than any text needed in the property tests; past it the text goes as a whole.
constexpr int kRoundsMax = 16;

RE2::Options options() {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);  // bytes as they are; the marker is one
    options.set_log_errors(false);
    // The lazy DFA of the joined patterns; RE2's default of 8 MB would make it fall back to its
    // slow engine.
    options.set_max_mem(32 << 20);
    return options;
}

struct Patterns {
    std::vector<std::unique_ptr<RE2>> rules;
    std::unique_ptr<RE2> scheme;
    // All rules at once, to find in one pass that there is nothing to do.
    std::unique_ptr<RE2> any;
};

std::unique_ptr<RE2> compile(const std::string& pattern) {
    auto compiled = std::make_unique<RE2>(pattern, options());
    if (!compiled->ok()) std::abort();  // the patterns are constants
    return compiled;
}

const Patterns& patterns() {
    static const Patterns compiled = [] {
        Patterns all;
        std::string any = kScheme;
        for (const auto* const pattern : kPatterns) {
            all.rules.push_back(compile(pattern));
            any += std::string("|(?-i:") + pattern + ")";
        }
        all.scheme = compile(kScheme);
        all.any = compile(any);
        return all;
    }();
    return compiled;
}

std::size_t offset_in(std::string_view text, const re2::StringPiece& piece) {
    return static_cast<std::size_t>(piece.data() - text.data());
}

void find_all(std::string_view text, const RE2& rule, std::vector<Span>& spans) {
    std::size_t from = 0;
    std::array<re2::StringPiece, 2> groups;
    while (from <= text.size() && rule.Match({text.data(), text.size()}, from, text.size(),
                                             RE2::UNANCHORED, groups.data(), 2)) {
        const std::size_t begin = offset_in(text, groups[1]);
        spans.push_back({begin, begin + groups[1].size()});
        from = std::max(begin + groups[1].size(), offset_in(text, groups[0]) + 1);
    }
}

// "basic authentication" is prose; "Basic dXNlcjpwYXNz" is not: base64 of user:password mixes cases
// or has digits.
bool is_scheme_token(std::string_view scheme, std::string_view token, std::string_view rest) {
    constexpr std::size_t kTokenMin = 6;
    while (token.ends_with('.')) token.remove_suffix(1);
    const std::string lower = to_lower(token);
    const std::string_view word = std::string_view(lower).substr(0, lower.find('='));
    const bool is_parameter = token.ends_with('=') && rest.find_first_of("\"'\\") == 0;
    if (is_parameter || token.size() < kTokenMin ||
        std::ranges::find(kSchemeProse, word) != kSchemeProse.end()) {
        return false;
    }
    if (equals_ignoring_case(scheme, "bearer") && token.find('-') == std::string_view::npos) {
        return true;
    }
    const std::string_view inner = token.substr(1);
    return std::ranges::any_of(inner, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '=' || c == '/' || c == '+';
    });
}

void find_scheme_tokens(std::string_view text, std::vector<Span>& spans) {
    std::size_t from = 0;
    std::array<re2::StringPiece, 3> groups;
    while (patterns().scheme->Match({text.data(), text.size()}, from, text.size(), RE2::UNANCHORED,
                                    groups.data(), 3)) {
        const std::size_t begin = offset_in(text, groups[2]);
        const std::string_view scheme(groups[1].data(), groups[1].size());
        const std::string_view token(groups[2].data(), groups[2].size());
        from = begin;  // a token that is none may be a scheme itself
        if (!is_scheme_token(scheme, token, text.substr(begin + token.size()))) continue;
        spans.push_back({begin, begin + token.size()});
        from = begin + token.size();
    }
}

// Overlapping spans become one.
std::vector<Span> merged(std::vector<Span> spans) {
    std::ranges::sort(spans, {}, &Span::begin);
    std::vector<Span> out;
    for (const auto& span : spans) {
        if (!out.empty() && span.begin < out.back().end) {
            out.back().end = std::max(out.back().end, span.end);
        } else {
            out.push_back(span);
        }
    }
    return out;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string out;
    out.reserve(text.size());
    for (;;) {
        const auto at = text.find(from);
        out += text.substr(0, at);
        if (at == std::string_view::npos) return out;
        out += to;
        text.remove_prefix(at + from.size());
    }
}

}  // namespace

std::string to_working(std::string_view text) {
    return replace_all(text, kShown, std::string_view(&kMarker, 1));
}

std::string from_working(std::string_view text) {
    return replace_all(text, std::string_view(&kMarker, 1), kShown);
}

std::vector<Span> find_patterns(std::string_view working) {
    // No pattern matches less, but for the one of URLs. Most strings of a result line are as short.
    constexpr std::size_t kMatchMin = 12;
    if (working.size() < kMatchMin && working.find(':') == std::string_view::npos) return {};
    const re2::StringPiece piece(working.data(), working.size());
    if (!RE2::PartialMatch(piece, *patterns().any)) return {};
    std::vector<Span> spans;
    for (const auto& rule : patterns().rules) find_all(working, *rule, spans);
    find_scheme_tokens(working, spans);
    return merged(std::move(spans));
}

std::optional<std::string> replace(std::string_view working, const std::vector<Span>& spans) {
    std::string out;
    std::size_t copied = 0;
    bool changed = false;
    for (const auto& [begin, end] : spans) {
        const std::string_view piece = working.substr(begin, end - begin);
        if (piece.find_first_not_of(kMarker) == std::string_view::npos) continue;
        out += working.substr(copied, begin - copied);
        out += kMarker;
        copied = end;
        changed = true;
    }
    if (!changed) return std::nullopt;
    out += working.substr(copied);
    return out;
}

std::string scrub_working(std::string working, int nesting) {
    for (int round = 0; round < kRoundsMax; ++round) {
        if (auto json = scrub_json(working, nesting)) {
            if (*json == working) return working;
            working = *std::move(json);
            continue;
        }
        auto named = replace(working, find_named_values(working));
        if (named) working = *std::move(named);
        auto matched = replace(working, find_patterns(working));
        if (matched) working = *std::move(matched);
        if (!named && !matched) return working;
    }
    return std::string(1, kMarker);
}

}  // namespace redact

std::string scrub(std::string_view text) {
    return redact::from_working(redact::scrub_working(redact::to_working(text)));
}

bool has_secret(std::string_view text) { return scrub(text) != text; }

}  // namespace base
