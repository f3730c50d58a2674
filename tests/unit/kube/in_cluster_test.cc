// A Pod's own way to its API server, and the server as the client has to be told of it.
#include "kube/endpoint.h"
#include "kube/in_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kube {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;

class InCluster : public testing::Test {
protected:
    void write(std::string_view name, std::string_view text) {
        ASSERT_TRUE(base::os::write_file(folder_.path() / name, text));
    }
    base::Result<ClusterConfig> config(const std::string& host, const std::string& port) {
        return in_cluster_config(
            {{"KUBERNETES_SERVICE_HOST", host}, {"KUBERNETES_SERVICE_PORT", port}}, folder_.path());
    }
    base::os::TempFolder folder_ = *base::os::TempFolder::create("in-cluster-test");
};

TEST_F(InCluster, NamesTheServerAndTheFiles) {
    write("token", "t");
    write("namespace", "shop\n");
    const auto found = config("10.96.0.1", "443");
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->server, "https://10.96.0.1");
    EXPECT_EQ(found->ca_file, folder_.path() / "ca.crt");
    EXPECT_EQ(found->login.token_file, folder_.path() / "token");
    EXPECT_EQ(found->namespace_, "shop");
}

TEST_F(InCluster, PutsIpv6IntoBrackets) {
    write("token", "t");
    for (const auto* host : {"fd00::1", "[fd00::1]"}) {
        const auto found = config(host, "6443");
        ASSERT_TRUE(found) << found.error().message();
        EXPECT_EQ(found->server, "https://[fd00::1]:6443");
    }
}

TEST_F(InCluster, UsesTheDefaultNamespaceWhereNoneIsTold) {
    write("token", "t");
    EXPECT_EQ(config("h", "1")->namespace_, "default");
    write("namespace", "Not A Namespace");
    EXPECT_EQ(config("h", "1")->namespace_, "default");
}

TEST_F(InCluster, SaysWhatIsMissing) {
    const auto outside = in_cluster_config({}, folder_.path());
    ASSERT_FALSE(outside);
    EXPECT_EQ(outside.error().kind(), ErrorKind::NotFound);
    EXPECT_THAT(outside.error().message(), HasSubstr("--kubeconfig"));
    const auto no_token = config("10.96.0.1", "443");
    ASSERT_FALSE(no_token);
    EXPECT_THAT(no_token.error().message(), HasSubstr("automountServiceAccountToken"));
    const auto bad_port = config("10.96.0.1", "http");
    ASSERT_FALSE(bad_port);
    EXPECT_THAT(bad_port.error().message(), HasSubstr("KUBERNETES_SERVICE_PORT"));
}

TEST(Endpoint, KeepsThePathOfTheServer) {
    EXPECT_EQ(endpoint_of({.server = "https://x.example/k8s/clusters/c/"})->base,
              "https://x.example/k8s/clusters/c");
    EXPECT_EQ(endpoint_of({.server = "https://X.example:443"})->base, "https://x.example");
}

TEST(Endpoint, AsksForTheNameOnTheCertificate) {
    const auto endpoint =
        endpoint_of({.server = "https://[fd00::1]:6443", .tls_server_name = "Kubernetes.default"});
    ASSERT_TRUE(endpoint) << endpoint.error().message();
    EXPECT_EQ(endpoint->base, "https://kubernetes.default:6443");
    EXPECT_THAT(endpoint->connect_to, ElementsAre("kubernetes.default:6443:[fd00::1]:6443"));
    EXPECT_EQ(endpoint->headers.get("Host"), "[fd00::1]:6443");
}

TEST(Endpoint, CarriesImpersonation) {
    const auto endpoint = endpoint_of({.server = "https://x",
                                       .login = {.as = "ann",
                                                 .as_uid = "7",
                                                 .as_groups = {"a", "b"},
                                                 .as_extra = {{"why not", {"x"}}}}});
    ASSERT_TRUE(endpoint) << endpoint.error().message();
    EXPECT_EQ(endpoint->headers, (net::Headers{{"Impersonate-User", "ann"},
                                               {"Impersonate-Uid", "7"},
                                               {"Impersonate-Group", "a"},
                                               {"Impersonate-Group", "b"},
                                               {"Impersonate-Extra-why%20not", "x"}}));
}

TEST(Endpoint, RefusesWhatCannotBeSent) {
    EXPECT_FALSE(endpoint_of({.server = "x.example"}));
    EXPECT_FALSE(endpoint_of({.server = "https://x", .tls_server_name = "a b"}));
    EXPECT_FALSE(endpoint_of({.server = "https://x", .login = {.as = "a\r\nb"}}));
    EXPECT_FALSE(endpoint_of({.server = "https://x", .login = {.as_groups = {"a"}}}));
}

}  // namespace
}  // namespace kube
