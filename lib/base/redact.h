// What must never leave: secrets of ours and of the target. Applied in the runner before a line is written,
// and once more over logs and reports.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// Text with everything that looks like a secret replaced by "[redacted]": user:pass@ in URLs, Authorization,
// Cookie and Set-Cookie values, bearer tokens, JWTs, PEM private keys, well-known provider tokens, password
// hashes, and values of secret-like names (password, token, api_key, …) in JSON, forms and queries.
// Pure and stateless; linear time (RE2).
std::string scrub(std::string_view text);

// True if scrub() would change `text`.
bool has_secret(std::string_view text);

// True for names whose values are secrets: password, passwd, pwd, secret, token, api_key, private_key,
// authorization, cookie, session …, in any case and spelling (apiKey, X-Api-Key).
bool is_secret_name(std::string_view name);

// Knows the literal secrets of this job (credential values) beside the patterns, and the key for HMACs.
class Redactor {
public:
    // `key`: the namespace's redaction key, 32 bytes. `known`: literal secrets, those shorter than 6 bytes are
    // left out (they would match everywhere). Known secrets are also caught base64- and percent-encoded.
    Redactor(std::string key, std::vector<std::string> known);
    ~Redactor();
    Redactor(Redactor&&) noexcept;

    std::string scrub(std::string_view text) const;
    // What may be shown of a secret found in a target: "abcd…yz (40 chars, hmac 0123456789abcdef)"; below 12
    // characters only length and HMAC.
    std::string describe(std::string_view secret) const;
    std::string hmac_hex(std::string_view data) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace base
