#include "fakes/tls_identity.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

namespace fakes {
namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Free>;

std::unique_ptr<X509, Free> self_signed(EVP_PKEY* key, const std::string& host) {
    std::unique_ptr<X509, Free> out(X509_new());
    X509_NAME* const name = X509_get_subject_name(out.get());
    const auto* text = reinterpret_cast<const unsigned char*>(host.c_str());
    X509_set_version(out.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), 3'600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(out.get(), name);
    X509_set_pubkey(out.get(), key);
    const std::unique_ptr<X509_EXTENSION, Free> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str()));
    X509_add_ext(out.get(), names.get(), -1);
    X509_sign(out.get(), key, EVP_sha256());
    return out;
}

}  // namespace

TlsIdentity::TlsIdentity(const std::string& host)
    : folder_(*base::os::TempFolder::create("tls-identity")) {
    const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, Free> certificate = self_signed(key.get(), host);
    const File public_part(std::fopen(certificate_file().c_str(), "w"));
    PEM_write_X509(public_part.get(), certificate.get());
    const File private_part(std::fopen(key_file().c_str(), "w"));
    PEM_write_PrivateKey(private_part.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace fakes
