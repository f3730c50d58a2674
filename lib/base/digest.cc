#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/text.h"

#include <array>
#include <cstdlib>
#include <new>

namespace base {
namespace {

constexpr std::size_t kDigestBytes = 32;

// OpenSSL's digests fail on misuse and on lack of memory only: nothing a caller could handle.
void expect_success(int result) {
    if (result != 1) std::abort();
}

const unsigned char* unsigned_data(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

Context new_context() {
    Context context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    return context;
}

std::string finish(EVP_MD_CTX* context) {
    std::array<unsigned char, kDigestBytes> digest{};
    expect_success(EVP_DigestFinal_ex(context, digest.data(), nullptr));
    return std::string(digest.begin(), digest.end());
}

}  // namespace

struct Sha256::Impl {
    Context context = new_context();
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
    expect_success(EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
    expect_success(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hex() const {
    // Finishing ends a context, so a copy is finished and this one goes on.
    const Context copy = new_context();
    expect_success(EVP_MD_CTX_copy_ex(copy.get(), impl_->context.get()));
    return hex_encode(finish(copy.get()));
}

std::string sha256_raw(std::string_view bytes) {
    std::array<unsigned char, kDigestBytes> digest{};
    expect_success(
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr));
    return std::string(digest.begin(), digest.end());
}

std::string sha256_hex(std::string_view bytes) { return hex_encode(sha256_raw(bytes)); }

std::string hmac_sha256(std::string_view key, std::string_view data) {
    std::array<unsigned char, kDigestBytes> digest{};
    unsigned size = kDigestBytes;
    // A null key would mean "the key of the call before" to OpenSSL.
    const void* const key_data = key.empty() ? "" : key.data();
    const auto* const done = HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()),
                                  unsigned_data(data), data.size(), digest.data(), &size);
    expect_success(done == digest.data() && size == kDigestBytes ? 1 : 0);
    return std::string(digest.begin(), digest.end());
}

std::string hkdf_sha256(std::string_view key, std::string_view info) {
    // RFC 5869 §2.2: without salt, a string of hash-length zeros. §2.3: one block is all we hand
    // out.
    const std::string extracted = hmac_sha256(std::string(kDigestBytes, '\0'), key);
    return hmac_sha256(extracted, std::string(info) + '\x01');
}

bool equal_secrets(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace base
