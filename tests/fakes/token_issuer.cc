#include "fakes/token_issuer.h"

#include "base/digest.h"
#include "base/text.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace fakes {
namespace {

using Key = TokenIssuer::Key;

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(ECDSA_SIG* pair) const { ECDSA_SIG_free(pair); }
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using OwnKey = std::unique_ptr<EVP_PKEY, Free>;

EVP_PKEY* key_of(Key key) {
    static const OwnKey rsa(EVP_RSA_gen(2'048));
    static const OwnKey ec(EVP_EC_gen("P-256"));
    static const OwnKey other_ec(EVP_EC_gen("P-256"));
    switch (key) {
    case Key::Rsa: return rsa.get();
    case Key::Ec: return ec.get();
    case Key::OtherRsa: {
        static const OwnKey other(EVP_RSA_gen(2'048));
        return other.get();
    }
    case Key::OtherEc: return other_ec.get();
    }
    return nullptr;
}

bool is_rsa(Key key) { return key == Key::Rsa || key == Key::OtherRsa; }

std::string number(EVP_PKEY* key, const char* name, int size) {
    BIGNUM* raw = nullptr;
    EVP_PKEY_get_bn_param(key, name, &raw);
    const std::unique_ptr<BIGNUM, Free> value(raw);
    std::string bytes(static_cast<std::size_t>(size == 0 ? BN_num_bytes(raw) : size), '\0');
    BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(bytes.size()));
    return TokenIssuer::base64url(bytes);
}

// r and s, 32 bytes each.
std::string raw_from(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, Free> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string raw(64, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes + 32, 32);
    return raw;
}

}  // namespace

std::string TokenIssuer::base64url(std::string_view bytes) {
    std::string text = base::base64_encode(bytes);
    std::erase(text, '=');
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::string TokenIssuer::jwk(Key key, std::string_view id) {
    EVP_PKEY* const pkey = key_of(key);
    if (is_rsa(key)) {
        return fmt::format(
            R"({{"use":"sig","kty":"RSA","kid":"{}","alg":"RS256","n":"{}","e":"{}"}})", id,
            number(pkey, OSSL_PKEY_PARAM_RSA_N, 0), number(pkey, OSSL_PKEY_PARAM_RSA_E, 0));
    }
    return fmt::format(
        R"({{"use":"sig","kty":"EC","crv":"P-256","kid":"{}","alg":"ES256","x":"{}","y":"{}"}})",
        id, number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, 32), number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, 32));
}

std::string TokenIssuer::key_set() {
    return fmt::format(R"({{"keys":[{},{}]}})", jwk(Key::Rsa, "rsa-1"), jwk(Key::Ec, "ec-1"));
}

std::string TokenIssuer::public_pem(Key key) {
    const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(bio.get(), key_of(key));
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string TokenIssuer::sign(Key key, std::string_view header, std::string_view claims) {
    const auto text = base64url(header) + "." + base64url(claims);
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_of(key));
    std::string signature(1'024, '\0');
    std::size_t size = signature.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    signature.resize(size);
    return text + "." + base64url(is_rsa(key) ? signature : raw_from(signature));
}

std::string TokenIssuer::rs256(std::string_view claims) {
    return sign(Key::Rsa, R"({"alg":"RS256","kid":"rsa-1"})", claims);
}

std::string TokenIssuer::es256(std::string_view claims) {
    return sign(Key::Ec, R"({"alg":"ES256","kid":"ec-1"})", claims);
}

std::string TokenIssuer::hs256(std::string_view secret, std::string_view header,
                               std::string_view claims) {
    const auto text = base64url(header) + "." + base64url(claims);
    return text + "." + base64url(base::hmac_sha256(secret, text));
}

}  // namespace fakes
