// Trust, and who we are, when both change on the way.
#include "connection_fixture.h"

#include "fakes/tls_server.h"

namespace kube {
namespace {

using fakes::TlsIdentity;
using fakes::TlsServer;

ConnectionOptions options_for(const TlsServer& server) {
    return {.cluster = {.server = fmt::format("https://127.0.0.1:{}", server.port()),
                        .tls_server_name = "kubernetes.default"}};
}

std::string text_of(const std::string& file) { return *base::os::read_file(file, 64u << 10); }

TEST(ConnectionTls, ChecksTheCertificateForItsNameAndNamesTheServerAsHost) {
    const TlsIdentity identity("kubernetes.default");
    TlsServer server(identity, {fakes::tls_answers({http_answer(200, "{}")})});
    auto options = options_for(server);
    options.cluster.ca_file = identity.certificate_file();
    EXPECT_EQ(connect(options)->fetch(read_call(1)).status, 200);
    EXPECT_TRUE(
        server.requests().at(0).contains(fmt::format("\r\nHost: 127.0.0.1:{}\r\n", server.port())));
}

TEST(ConnectionTls, TrustsNobodyElse) {
    const TlsIdentity identity("kubernetes.default");
    const TlsIdentity other("kubernetes.default");
    TlsServer server(identity, {fakes::tls_answers({http_answer(200, "{}")})});
    auto options = options_for(server);
    options.cluster.ca_file = other.certificate_file();
    const auto answer = connect(options)->fetch(read_call(1));
    ASSERT_TRUE(answer.error);
    EXPECT_EQ(answer.error->failure, net::Failure::Tls);
}

TEST(ConnectionTls, ReadsTheAuthorityAgainWhenTheCertificateIsNotTrusted) {
    const TlsIdentity identity("kubernetes.default");
    const TlsIdentity old("kubernetes.default");
    TlsServer server(identity, {fakes::tls_answers({http_answer(200, "{}")})});
    const auto folder = *base::os::TempFolder::create("connection-test");
    auto options = options_for(server);
    options.cluster.ca_file = folder.path() / "ca.crt";
    ASSERT_TRUE(base::os::write_file(options.cluster.ca_file, text_of(old.certificate_file())));
    const auto connection = connect(options);
    ASSERT_TRUE(
        base::os::write_file(options.cluster.ca_file, text_of(identity.certificate_file())));
    EXPECT_EQ(connection->fetch(read_call(1)).status, 200);
}

TEST(ConnectionTls, ShowsTheCertificateOfTheKubeconfig) {
    const TlsIdentity identity("kubernetes.default");
    const TlsIdentity ours("system:admin");
    const auto tell_name = [](fakes::TlsConnection& connection) {
        while (!connection.read_request().empty())
            connection.send(http_answer(200, connection.peer_name()));
    };
    TlsServer server(identity, {tell_name}, {.ask_for_certificate = true});
    auto options = options_for(server);
    options.cluster.ca_pem = text_of(identity.certificate_file());
    options.cluster.login.client_certificate_pem = text_of(ours.certificate_file());
    options.cluster.login.client_key_pem = text_of(ours.key_file());
    EXPECT_EQ(connect(options)->fetch(read_call(1)).body, "system:admin");
}

}  // namespace
}  // namespace kube
