#include "base/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <fmt/core.h>

#include <new>

namespace base {
namespace {

constexpr std::size_t kRsaBytesMin = 256;     // 2 048 bits: NIST SP 800-131A
constexpr std::size_t kRsaBytesMax = 1'024;   // checking with 8 192 bits costs 1 ms already
constexpr std::size_t kExponentBytesMax = 4;  // 65537 has three
constexpr std::size_t kP256Bytes = 32;

struct Free {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
    void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Own = std::unique_ptr<T, Free>;

template <typename T>
Own<T> own(T* made) {
    if (made == nullptr) throw std::bad_alloc();
    return Own<T>(made);
}

const unsigned char* unsigned_data(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Own<BIGNUM> number_from(std::string_view bytes) {
    return own(BN_bin2bn(unsigned_data(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::string_view without_leading_zeros(std::string_view bytes) {
    while (!bytes.empty() && bytes.front() == '\0') bytes.remove_prefix(1);
    return bytes;
}

// nullptr: OpenSSL does not take them for a key.
std::shared_ptr<EVP_PKEY> make_key(const char* type, OSSL_PARAM_BLD* builder) {
    const auto params = own(OSSL_PARAM_BLD_to_param(builder));
    const auto context = own(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    const bool made =
        EVP_PKEY_fromdata_init(context.get()) == 1 &&
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
    ERR_clear_error();
    if (!made) return nullptr;
    return {key, EVP_PKEY_free};
}

bool is_sound(EVP_PKEY* key) {
    const auto context = own(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    const bool sound = EVP_PKEY_public_check(context.get()) == 1;
    ERR_clear_error();
    return sound;
}

// r and s as OpenSSL wants them: DER. Empty: not 64 bytes.
std::string der_from(std::string_view signature) {
    if (signature.size() != 2 * kP256Bytes) return {};
    auto r = number_from(signature.substr(0, kP256Bytes));
    auto s = number_from(signature.substr(kP256Bytes));
    const auto pair = own(ECDSA_SIG_new());
    if (ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
    static_cast<void>(r.release());  // the pair's now
    static_cast<void>(s.release());
    unsigned char* bytes = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &bytes);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

}  // namespace

std::string_view to_string(SignatureAlgorithm algorithm) {
    switch (algorithm) {
    case SignatureAlgorithm::Rs256: return "RS256";
    case SignatureAlgorithm::Es256: return "ES256";
    }
    return "";
}

Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
    modulus = without_leading_zeros(modulus);
    exponent = without_leading_zeros(exponent);
    if (modulus.size() < kRsaBytesMin || modulus.size() > kRsaBytesMax) {
        return fail(ErrorKind::Invalid, fmt::format("an RSA key of {} bits; 2048 to 8192 are taken",
                                                    modulus.size() * 8));
    }
    const bool trivial = exponent.empty() || exponent == "\x01" || exponent.back() % 2 == 0;
    if (trivial || exponent.size() > kExponentBytesMax)
        return fail(ErrorKind::Invalid, "the exponent of an RSA key must be odd, 3 to 2^32");
    const auto n = number_from(modulus);
    const auto e = number_from(exponent);
    const auto builder = own(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    auto key = make_key("RSA", builder.get());
    if (!key) return fail(ErrorKind::Invalid, "these numbers are no RSA key");
    return PublicKey(SignatureAlgorithm::Rs256, std::move(key));
}

Result<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
    if (x.size() != kP256Bytes || y.size() != kP256Bytes)
        return fail(ErrorKind::Invalid, "a P-256 key has two numbers of 32 bytes");
    // 0x04: both coordinates follow (SEC 1 §2.3.3).
    const std::string point = '\x04' + std::string(x) + std::string(y);
    const auto builder = own(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    auto key = make_key("EC", builder.get());
    if (!key || !is_sound(key.get()))
        return fail(ErrorKind::Invalid, "these numbers are no point of P-256");
    return PublicKey(SignatureAlgorithm::Es256, std::move(key));
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
    std::string der;
    if (algorithm_ == SignatureAlgorithm::Es256) {
        der = der_from(signature);
        signature = der;
    }
    if (signature.empty()) return false;
    const auto context = own(EVP_MD_CTX_new());
    const bool verified =
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), unsigned_data(signature), signature.size(),
                         unsigned_data(message), message.size()) == 1;
    ERR_clear_error();
    return verified;
}

bool PublicKey::operator==(const PublicKey& other) const {
    return algorithm_ == other.algorithm_ && EVP_PKEY_eq(key_.get(), other.key_.get()) == 1;
}

}  // namespace base
