// Public keys that check signatures (OpenSSL behind). A key has exactly one algorithm, fixed by its
// kind: what a token says about its own algorithm can then never choose the check (RFC 8725 §3.1).
#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>

// OpenSSL's key.
struct evp_pkey_st;

namespace base {

enum class SignatureAlgorithm {
    Rs256,  // RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3)
    Es256,  // ECDSA on P-256 with SHA-256 (RFC 7518 §3.4)
};
std::string_view to_string(SignatureAlgorithm algorithm);  // "RS256", "ES256"

// A value; any thread.
class PublicKey {
public:
    // Big-endian bytes, as a JWK has them (RFC 7518 §6.3.1). Invalid: fewer than 2 048 bits, more
    // than 8 192 (a check would cost too much), an even or trivial exponent.
    static Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
    // 32 bytes each (RFC 7518 §6.2.1). Invalid: another size, no point of the curve.
    static Result<PublicKey> p256(std::string_view x, std::string_view y);

    SignatureAlgorithm algorithm() const { return algorithm_; }
    // `signature` as in a JWS: for ES256 r and s, 32 bytes each (RFC 7518 §3.4).
    bool verifies(std::string_view message, std::string_view signature) const;
    bool operator==(const PublicKey& other) const;

private:
    PublicKey(SignatureAlgorithm algorithm, std::shared_ptr<evp_pkey_st> key)
        : algorithm_(algorithm), key_(std::move(key)) {}

    SignatureAlgorithm algorithm_;
    std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace base
