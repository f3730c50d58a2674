// Trust and identity from memory, and names that are not where they say.
#include "client_fixture.h"

#include "base/os/file.h"
#include "fakes/tls_server.h"

#include <fmt/format.h>

namespace net {
namespace {

using fakes::TlsConnection;
using fakes::TlsIdentity;
using fakes::TlsServer;

std::string text_of(const std::string& file) { return *base::os::read_file(file, 64u << 10); }

// Answers each request with the client's name and the name it asked for.
void tell_names(TlsConnection& connection) {
    while (!connection.read_request().empty())
        connection.send(http_answer(200, connection.peer_name() + "@" + connection.server_name()));
}

struct Shop {
    explicit Shop(const TlsIdentity& identity)
        : server(identity, {tell_names}, {.ask_for_certificate = true}) {}
    std::string url() const { return fmt::format("https://shop.example:{}/", server.port()); }
    ClientOptions options() const {
        return {.connect_to = {fmt::format("shop.example:{0}:127.0.0.1:{0}", server.port())}};
    }
    TlsServer server;
};

TEST(ClientTlsPem, TrustsAnAuthorityGivenAsText) {
    const TlsIdentity identity("shop.example");
    const Shop shop(identity);
    auto options = shop.options();
    options.tls.ca_pem = text_of(identity.certificate_file());
    const auto response = fetch(shop.url(), options);
    EXPECT_EQ(response.body, "@shop.example") << response.failure_message;
}

TEST(ClientTlsPem, DoesNotTrustAnotherAuthority) {
    const TlsIdentity identity("shop.example");
    const TlsIdentity other("shop.example");
    const Shop shop(identity);
    auto options = shop.options();
    options.tls.ca_pem = text_of(other.certificate_file());
    EXPECT_EQ(word(fetch(shop.url(), options)), "tls");
}

TEST(ClientTlsPem, SaysWhatIsWrongWithTextThatIsNoCertificate) {
    const TlsIdentity identity("shop.example");
    const Shop shop(identity);
    auto options = shop.options();
    options.tls.ca_pem = "not PEM";
    const auto response = fetch(shop.url(), options);
    EXPECT_EQ(word(response), "tls");
    EXPECT_FALSE(response.failure_message.empty());
}

TEST(ClientTlsPem, ShowsACertificateGivenAsText) {
    const TlsIdentity identity("shop.example");
    const TlsIdentity ours("operator.example");
    const Shop shop(identity);
    auto options = shop.options();
    options.tls = {.ca_pem = text_of(identity.certificate_file()),
                   .client_certificate_pem = text_of(ours.certificate_file()),
                   .client_key_pem = text_of(ours.key_file())};
    const auto response = fetch(shop.url(), options);
    EXPECT_EQ(response.body, "operator.example@shop.example") << response.failure_message;
}

TEST(ClientTlsPem, ChangesTrustForRequestsToCome) {
    const TlsIdentity identity("shop.example");
    const TlsIdentity other("shop.example");
    const Shop shop(identity);
    auto options = shop.options();
    options.tls.ca_pem = text_of(identity.certificate_file());
    const auto client = make_client(options);
    EXPECT_EQ(client->fetch({.url = shop.url()}).status, 200);
    ASSERT_TRUE(client->set_tls({.ca_pem = text_of(other.certificate_file())}));
    EXPECT_EQ(word(client->fetch({.url = shop.url()}, {.retry = false})), "tls");
    EXPECT_FALSE(client->set_tls({.ca_file = "/nowhere/ca.pem"}));
    ASSERT_TRUE(client->set_tls({.ca_pem = options.tls.ca_pem}));
    EXPECT_EQ(client->fetch({.url = shop.url()}).status, 200);
}

TEST(ClientTlsPem, ChangesItsOwnCertificateForRequestsToCome) {
    const TlsIdentity identity("shop.example");
    const TlsIdentity first("first.example");
    const TlsIdentity second("second.example");
    const Shop shop(identity);
    const auto as = [&](const TlsIdentity& who) {
        return TlsOptions{.ca_pem = text_of(identity.certificate_file()),
                          .client_certificate_pem = text_of(who.certificate_file()),
                          .client_key_pem = text_of(who.key_file())};
    };
    auto options = shop.options();
    options.tls = as(first);
    const auto client = make_client(options);
    EXPECT_EQ(client->fetch({.url = shop.url()}).body, "first.example@shop.example");
    ASSERT_TRUE(client->set_tls(as(second)));
    EXPECT_EQ(client->fetch({.url = shop.url()}).body, "second.example@shop.example");
    EXPECT_EQ(shop.server.connections(), 2);
}

}  // namespace
}  // namespace net
