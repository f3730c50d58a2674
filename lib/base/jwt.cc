#include "base/jwt.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace base {
namespace {

constexpr JsonLimits kLimits{.bytes_max = kJwtBytesMax, .depth_max = 8, .nodes_max = 500};
constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999

Result<std::string> decode_part(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos)
        return fail(ErrorKind::Invalid, "a part of the token is not base64url without padding");
    return base64_decode(text);
}

Result<Json> read_object(std::string_view part, std::string_view name) {
    const auto text = TRY(decode_part(part));
    auto document = parse_json(text, kLimits);
    // The parser's message may quote the text: a token's inside is nobody's business.
    if (!document || !document->is_object()) {
        return fail(ErrorKind::Invalid,
                    fmt::format("the {} of the token is no sound JSON object", name));
    }
    return document;
}

// Empty where there is none.
Result<std::string> text_of(const Json& object, std::string_view name) {
    const Json* const member = find(object, name);
    if (member == nullptr) return {};
    if (!member->is_string())
        return fail(ErrorKind::Invalid, fmt::format("'{}' of the token is no text", name));
    return member->get<std::string>();
}

Result<std::optional<Instant>> seconds_of(const Json& claims, std::string_view name) {
    const Json* const member = find(claims, name);
    if (member == nullptr) return std::nullopt;
    const auto seconds = get_int(claims, name, -1);
    if (!member->is_number_integer() || seconds < 0 || seconds > kSecondsMax)
        return fail(ErrorKind::Invalid, fmt::format("'{}' of the token is no whole second", name));
    return Instant(std::chrono::seconds(seconds));
}

// RFC 7519 §4.1.3: one text, or a list of texts.
Result<std::vector<std::string>> audiences_of(const Json& claims) {
    const Json* const member = find(claims, "aud");
    std::vector<std::string> audiences;
    if (member == nullptr) return audiences;
    if (member->is_string()) return std::vector{member->get<std::string>()};
    const bool is_list = member->is_array() && std::ranges::all_of(*member, [](const Json& one) {
                             return one.is_string();
                         });
    if (!is_list) return fail(ErrorKind::Invalid, "'aud' of the token is no list of texts");
    for (const Json& one : *member) audiences.push_back(one.get<std::string>());
    return audiences;
}

Result<> read_header(std::string_view part, Jwt& token) {
    const auto header = TRY(read_object(part, "header"));
    if (find(header, "crit") != nullptr)
        return fail(ErrorKind::Invalid, "the token needs an extension that is not known here");
    token.algorithm = TRY(text_of(header, "alg"));
    token.key_id = TRY(text_of(header, "kid"));
    if (token.algorithm.empty()) return fail(ErrorKind::Invalid, "the token names no algorithm");
    return {};
}

Result<> read_claims(std::string_view part, Jwt& token) {
    const auto claims = TRY(read_object(part, "claims"));
    token.issuer = TRY(text_of(claims, "iss"));
    token.subject = TRY(text_of(claims, "sub"));
    token.audiences = TRY(audiences_of(claims));
    token.expires = TRY(seconds_of(claims, "exp"));
    token.not_before = TRY(seconds_of(claims, "nbf"));
    token.claims = dump_json(claims);
    return {};
}

}  // namespace

Result<Jwt> parse_jwt(std::string_view token) {
    if (token.size() > kJwtBytesMax) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("a token of {}; at most {} are read", format_bytes(token.size()),
                                format_bytes(kJwtBytesMax)));
    }
    const auto parts = split(token, '.');
    if (parts.size() != 3)
        return fail(ErrorKind::Invalid, "a signed token has three parts (RFC 7515 §3.1)");
    Jwt read;
    TRY(read_header(parts[0], read));
    TRY(read_claims(parts[1], read));
    read.signature = TRY(decode_part(parts[2]));
    read.signed_text = token.substr(0, parts[0].size() + 1 + parts[1].size());
    return read;
}

Result<> check_signature(const Jwt& token, const PublicKey& key) {
    if (token.algorithm != to_string(key.algorithm())) {
        return fail(ErrorKind::Forbidden,
                    fmt::format("the token does not name {}, which its key is for",
                                to_string(key.algorithm())));
    }
    if (!key.verifies(token.signed_text, token.signature))
        return fail(ErrorKind::Forbidden, "the signature of the token is not that of its key");
    return {};
}

Result<> check_times(const Jwt& token, Instant now, Duration leeway) {
    if (!token.expires) return fail(ErrorKind::Invalid, "the token never expires");
    if (now >= *token.expires + leeway) return fail(ErrorKind::Invalid, "the token has expired");
    if (token.not_before && now < *token.not_before - leeway)
        return fail(ErrorKind::Invalid, "the token is not valid yet");
    return {};
}

}  // namespace base
