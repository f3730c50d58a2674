#include "net/certificate.h"

#include "base/text.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <utility>

namespace net {

using base::ErrorKind;
using base::fail;
using base::Instant;
using base::Result;

namespace {

// What clocks of a cluster may differ by, and more.
constexpr base::Duration kStartsBefore{3'600'000};
constexpr int kSerialBits = 159;  // RFC 5280 §4.1.2.2: 20 octets at most, positive

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    void operator()(GENERAL_NAME* name) const { GENERAL_NAME_free(name); }
};
template <typename T>
using Own = std::unique_ptr<T, Free>;

std::unexpected<base::Error> refused(std::string_view what) {
    ERR_clear_error();
    return fail(ErrorKind::Internal, fmt::format("OpenSSL refused to {}", what));
}

Own<BIO> reader_of(std::string_view pem) {
    return Own<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Result<Own<X509>> parse_certificate(std::string_view pem) {
    const auto bio = reader_of(pem);
    Own<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!certificate) return fail(ErrorKind::Invalid, "there is no readable certificate in it");
    return certificate;
}

// Never asks anybody for a password: nobody is there.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

Result<Own<EVP_PKEY>> parse_key(std::string_view pem) {
    const auto bio = reader_of(pem);
    Own<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (!key) return fail(ErrorKind::Invalid, "there is no readable private key in it");
    return key;
}

std::string text_in(BIO* bio) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

Result<std::string> to_pem(X509* certificate, EVP_PKEY* key) {
    const Own<BIO> bio(BIO_new(BIO_s_mem()));
    const bool with_key =
        key == nullptr ||
        PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
    if (!with_key || PEM_write_bio_X509(bio.get(), certificate) != 1)
        return refused("write a certificate");
    return text_in(bio.get());
}

std::time_t seconds_of(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

Result<Instant> instant_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return fail(ErrorKind::Invalid, "a time in the certificate cannot be read");
    return Instant(std::chrono::seconds(timegm(&parts)));
}

bool extend(X509* certificate, const X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, const_cast<X509*>(issuer), certificate, nullptr, nullptr, 0);
    const Own<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
    const Own<BIGNUM> number(BN_new());
    return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

struct Wanted {
    const char* subject;
    base::Duration life;
    Instant now;
    EVP_PKEY* key;
};

Result<Own<X509>> draft(const Wanted& wanted) {
    Own<X509> out(X509_new());
    const auto* subject = reinterpret_cast<const unsigned char*>(wanted.subject);
    const bool made =
        out && X509_set_version(out.get(), X509_VERSION_3) == 1 && set_serial(out.get()) &&
        ASN1_TIME_set(X509_getm_notBefore(out.get()), seconds_of(wanted.now - kStartsBefore)) &&
        ASN1_TIME_set(X509_getm_notAfter(out.get()), seconds_of(wanted.now + wanted.life)) &&
        X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8, subject,
                                   -1, -1, 0) == 1 &&
        X509_set_pubkey(out.get(), wanted.key) == 1;
    if (!made) return refused("draft a certificate");
    return out;
}

bool is_dns_name(std::string_view name) {
    const auto labels = base::split(name, '.');
    return name.size() <= 253 && std::ranges::all_of(labels, base::is_dns_label);
}

// nullptr: neither a DNS name nor an address.
Own<GENERAL_NAME> general_name(const std::string& name) {
    Own<GENERAL_NAME> out(GENERAL_NAME_new());
    if (ASN1_OCTET_STRING* const address = a2i_IPADDRESS(name.c_str())) {
        GENERAL_NAME_set0_value(out.get(), GEN_IPADD, address);
        return out;
    }
    ERR_clear_error();
    if (!is_dns_name(name)) return nullptr;
    ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    GENERAL_NAME_set0_value(out.get(), GEN_DNS, text);
    return out;
}

Result<Own<GENERAL_NAMES>> general_names(const std::vector<std::string>& names) {
    if (names.empty()) return fail(ErrorKind::Invalid, "a server's certificate needs a name");
    Own<GENERAL_NAMES> list(GENERAL_NAMES_new());
    for (const auto& name : names) {
        auto one = general_name(name);
        if (!one) {
            return fail(ErrorKind::Invalid,
                        fmt::format("'{}' is neither a DNS name nor an IP address", name));
        }
        sk_GENERAL_NAME_push(list.get(), one.release());
    }
    return list;
}

std::string text_of(const GENERAL_NAME* name) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
    const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                 static_cast<std::size_t>(ASN1_STRING_length(value)));
    if (type == GEN_DNS) return std::string(bytes);
    if (type != GEN_IPADD || (bytes.size() != 4 && bytes.size() != 16)) return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
    inet_ntop(family, bytes.data(), text.data(), static_cast<socklen_t>(text.size()));
    return text.data();
}

std::vector<std::string> texts_of(const GENERAL_NAMES* names) {
    std::vector<std::string> texts;
    const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names);
    for (int i = 0; i < count; ++i) texts.push_back(text_of(sk_GENERAL_NAME_value(names, i)));
    std::ranges::sort(texts);
    texts.erase(std::ranges::unique(texts).begin(), texts.end());
    return texts;
}

}  // namespace

Result<std::vector<std::string>> server_names(const std::vector<std::string>& names) {
    const auto list = TRY(general_names(names));
    return texts_of(list.get());
}

Result<std::string> make_authority(Instant now) {
    const Own<EVP_PKEY> key(EVP_EC_gen("P-256"));
    if (!key) return refused("make a key");
    const auto out = TRY(draft({.subject = "scanfleet-operator-ca",
                                .life = kAuthorityLife,
                                .now = now,
                                .key = key.get()}));
    X509* const self = out.get();
    const bool made = X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
                      extend(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                      extend(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                      extend(self, self, NID_subject_key_identifier, "hash") &&
                      X509_sign(self, key.get(), EVP_sha256()) > 0;
    if (!made) return refused("make an authority");
    return to_pem(self, key.get());
}

Result<std::string> make_server_pair(std::string_view authority,
                                     const std::vector<std::string>& names, Instant now) {
    const auto list = TRY(general_names(names));
    const auto issuer = TRY(parse_certificate(authority));
    const auto issuer_key = TRY(parse_key(authority));
    const Own<EVP_PKEY> key(EVP_EC_gen("P-256"));
    if (!key) return refused("make a key");
    // Clients look at the names only: a subject holds 64 characters at most.
    const auto out = TRY(draft(
        {.subject = "scanfleet-operator", .life = kCertificateLife, .now = now, .key = key.get()}));
    X509* const self = out.get();
    const bool made = X509_add1_ext_i2d(self, NID_subject_alt_name, list.get(), 0, 0) == 1 &&
                      X509_set_issuer_name(self, X509_get_subject_name(issuer.get())) == 1 &&
                      extend(self, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                      extend(self, issuer.get(), NID_key_usage, "critical,digitalSignature") &&
                      extend(self, issuer.get(), NID_ext_key_usage, "serverAuth") &&
                      extend(self, issuer.get(), NID_subject_key_identifier, "hash") &&
                      extend(self, issuer.get(), NID_authority_key_identifier, "keyid:always") &&
                      X509_sign(self, issuer_key.get(), EVP_sha256()) > 0;
    if (!made) return refused("make a certificate");
    return to_pem(self, key.get());
}

Result<std::string> certificate_of(std::string_view pair) {
    const auto certificate = TRY(parse_certificate(pair));
    return to_pem(certificate.get(), nullptr);
}

Result<CertificateFacts> read_certificate(std::string_view pem) {
    const auto certificate = TRY(parse_certificate(pem));
    CertificateFacts facts;
    facts.starts = TRY(instant_of(X509_get0_notBefore(certificate.get())));
    facts.expires = TRY(instant_of(X509_get0_notAfter(certificate.get())));
    const Own<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
    facts.names = texts_of(names.get());
    return facts;
}

Result<> check_pair(std::string_view certificate, std::string_view key) {
    const auto public_part = TRY(parse_certificate(certificate));
    const auto private_part = TRY(parse_key(key));
    const bool matches = X509_check_private_key(public_part.get(), private_part.get()) == 1;
    ERR_clear_error();
    if (!matches) return fail(ErrorKind::Invalid, "the key is not that of the certificate");
    return {};
}

Result<> check_issuer(std::string_view certificate, std::string_view authority) {
    const auto child = TRY(parse_certificate(certificate));
    const auto parent = TRY(parse_certificate(authority));
    const bool is_issuer = X509_check_issued(parent.get(), child.get()) == X509_V_OK &&
                           X509_verify(child.get(), X509_get0_pubkey(parent.get())) == 1;
    ERR_clear_error();
    if (!is_issuer) return fail(ErrorKind::Invalid, "another authority signed the certificate");
    return {};
}

}  // namespace net
