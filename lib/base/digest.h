// SHA-256, HMAC, HKDF (OpenSSL behind).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace base {

// Incremental SHA-256 (FIPS 180-4).
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void update(std::string_view bytes);
    // 64 hex digits of everything so far; more may be added afterwards.
    std::string hex() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string sha256_hex(std::string_view bytes);
std::string sha256_raw(std::string_view bytes);                        // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view data);  // RFC 2104, 32 bytes
// HKDF-SHA256 (RFC 5869) without salt, 32 bytes.
std::string hkdf_sha256(std::string_view key, std::string_view info);
// Compares secrets in time that does not depend on where they differ.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace base
