// JSON Web Tokens (RFC 7519) in compact form, read strictly. Reading trusts nothing: a token means
// something once its signature, its issuer, its audience and its times were checked.
#pragma once

#include "base/public_key.h"
#include "base/result.h"
#include "base/time.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// A ServiceAccount's token has 1.2 KiB, more with long names; a whole HTTP head has 16 KiB.
inline constexpr std::size_t kJwtBytesMax = 8u << 10;

struct Jwt {
    std::string algorithm{};  // as it says of itself: compare it, never choose by it
    std::string key_id{};
    std::string issuer{};
    std::string subject{};
    std::vector<std::string> audiences{};
    std::optional<Instant> expires{};
    std::optional<Instant> not_before{};
    std::string claims{};  // the whole object as JSON: for what has no member here
    std::string signed_text{};
    std::string signature{};
};

// Invalid: not three parts of unpadded base64url; header or claims that are no JSON object or name
// a member twice; `crit` (we know no extension, RFC 7515 §4.1.11); an algorithm or a registered
// claim of another type; times that are no whole seconds. TooLarge. No message holds any of the
// token.
Result<Jwt> parse_jwt(std::string_view token);

// Forbidden: the token names another algorithm than the key's, or the key did not sign it.
Result<> check_signature(const Jwt& token, const PublicKey& key);

// Invalid: `leeway` past its expiry or before its start, or without an expiry.
Result<> check_times(const Jwt& token, Instant now, Duration leeway);

}  // namespace base
