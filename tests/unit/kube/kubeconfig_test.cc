// Which cluster and as whom, by kubeconfig.
#include "kube/kubeconfig.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kube {
namespace {

using base::ErrorKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kText = R"(
apiVersion: v1
kind: Config
current-context: shop
clusters:
- name: east
  cluster:
    server: https://east.example:6443/
    certificate-authority-data: Q0E=
    tls-server-name: kubernetes
    proxy-url: http://proxy.example:3128
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {audience: a, level: 3}
- name: west
  cluster:
    server: https://[2001:db8::1]:6443
    certificate-authority: pki/ca.crt
    insecure-skip-tls-verify: true
contexts:
- name: shop
  context: {cluster: east, user: ann, namespace: shop}
- name: bare
  context: {cluster: west}
- name: plug
  context: {cluster: east, user: plugged}
users:
- name: ann
  user:
    client-certificate-data: Q0VSVA==
    client-key: ../keys/ann.key
    token: secret
    tokenFile: /run/token
    as: root
    as-uid: "0"
    as-groups: [a, b]
    as-user-extra: {reason: [x, y]}
- name: plugged
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/login
      args: [--region, eu]
      env: [{name: PROFILE, value: dev}]
      installHint: apt install login
      provideClusterInfo: true
      interactiveMode: IfAvailable
- name: old
  user: {username: a, password: b}
- name: older
  user: {auth-provider: {name: gcp}}
)";

Kubeconfig parsed(std::string_view text = kText) {
    auto out = parse_kubeconfig(text, "/etc/kube/config");
    if (!out) ADD_FAILURE() << out.error().message();
    return std::move(*out);
}

base::Error choose_error(const Kubeconfig& config, const KubeconfigChoice& choice = {}) {
    const auto chosen = choose(config, choice);
    return chosen ? base::Error(ErrorKind::Internal, "was chosen") : chosen.error();
}

std::string parse_error(std::string_view text) {
    const auto out = parse_kubeconfig(text, "/etc/kube/config");
    return out ? "was parsed" : out.error().message();
}

TEST(Kubeconfig, GivesTheCurrentContext) {
    const auto chosen = choose(parsed(), {});
    ASSERT_TRUE(chosen) << chosen.error().message();
    const ClusterConfig expected{.server = "https://east.example:6443",
                                 .ca_pem = "CA",
                                 .tls_server_name = "kubernetes",
                                 .proxy = "http://proxy.example:3128",
                                 .namespace_ = "shop",
                                 .context = "shop",
                                 .login = {.user = "ann",
                                           .client_certificate_pem = "CERT",
                                           .client_key_file = "/etc/keys/ann.key",
                                           .token_file = "/run/token",
                                           .token = "secret",
                                           .as = "root",
                                           .as_uid = "0",
                                           .as_groups = {"a", "b"},
                                           .as_extra = {{"reason", {"x", "y"}}}}};
    EXPECT_EQ(*chosen, expected);
}

TEST(Kubeconfig, GivesTheContextAskedFor) {
    const auto chosen = choose(parsed(), {.context = "bare"});
    ASSERT_TRUE(chosen) << chosen.error().message();
    EXPECT_EQ(chosen->server, "https://[2001:db8::1]:6443");
    EXPECT_EQ(chosen->ca_file, "/etc/kube/pki/ca.crt");
    EXPECT_FALSE(chosen->verify);
    EXPECT_EQ(chosen->namespace_, "default");
    EXPECT_EQ(chosen->login, Login{});
}

TEST(Kubeconfig, LetsClusterAndUserBeReplaced) {
    const auto chosen = choose(parsed(), {.cluster = "west", .user = "plugged"});
    ASSERT_TRUE(chosen) << chosen.error().message();
    EXPECT_EQ(chosen->server, "https://[2001:db8::1]:6443");
    EXPECT_EQ(chosen->login.user, "plugged");
    EXPECT_EQ(chosen->namespace_, "shop");
}

TEST(Kubeconfig, ReadsExecPlugins) {
    const auto chosen = choose(parsed(), {.context = "plug"});
    ASSERT_TRUE(chosen) << chosen.error().message();
    const ExecPlugin expected{.api_version = "client.authentication.k8s.io/v1",
                              .command = "/etc/kube/bin/login",
                              .args = {"--region", "eu"},
                              .env = {{"PROFILE", "dev"}},
                              .install_hint = "apt install login",
                              .provide_cluster_info = true,
                              .cluster_extension = R"({"audience":"a","level":3})"};
    EXPECT_EQ(chosen->login.exec, expected);
}

TEST(Kubeconfig, SaysWhatIsThereInsteadOfWhatWasAskedFor) {
    const auto context = choose_error(parsed(), {.context = "shopp"});
    EXPECT_EQ(context.kind(), ErrorKind::NotFound);
    EXPECT_EQ(context.message(),
              "the kubeconfig has no context \"shopp\" (it has: bare, plug, shop)");
    EXPECT_THAT(choose_error(parsed(), {.user = "bob"}).message(), HasSubstr("no user \"bob\""));
    EXPECT_THAT(choose_error(parsed(), {.cluster = "x"}).message(),
                HasSubstr("it has: east, west"));
    EXPECT_THAT(choose_error({}).message(), AllOf(HasSubstr("--context"), HasSubstr("has: none")));
}

TEST(Kubeconfig, RefusesWaysToLogInThatAreGone) {
    EXPECT_THAT(choose_error(parsed(), {.user = "old"}).message(),
                HasSubstr("use a token, a client certificate or an exec plug-in"));
    EXPECT_THAT(choose_error(parsed(), {.user = "older"}).message(),
                AllOf(HasSubstr("auth-provider gcp"), HasSubstr("write an exec entry")));
}

TEST(Kubeconfig, NeedsAServer) {
    EXPECT_THAT(
        choose_error(parsed("clusters: [{name: a, cluster: {}}]"), {.cluster = "a"}).message(),
        HasSubstr("cluster a of the kubeconfig has no server"));
}

TEST(Kubeconfig, MayBeEmpty) {
    EXPECT_TRUE(parsed("").contexts.empty());
    EXPECT_TRUE(parsed("# nothing\n").contexts.empty());
    EXPECT_TRUE(parsed("clusters: null\nusers: []\ncurrent-context: ~\n").clusters.empty());
}

TEST(Kubeconfig, SaysWhereItIsWrong) {
    EXPECT_EQ(parse_error("users:\n- name: a\n  user: {token: 123}\n"),
              "kubeconfig /etc/kube/config: line 3, column 10: token must be text; put it in "
              "quotes");
    EXPECT_THAT(parse_error("clusters: {}"), HasSubstr("clusters must be a list"));
    EXPECT_THAT(parse_error("clusters: [7]"), HasSubstr("an entry of clusters needs a name"));
    EXPECT_THAT(parse_error("[]"), HasSubstr("a kubeconfig is a mapping"));
    EXPECT_THAT(parse_error("kind: Pod"), HasSubstr("kind must be Config, not Pod"));
    EXPECT_THAT(parse_error("a: [\n"), HasSubstr("/etc/kube/config"));
    EXPECT_THAT(parse_error("clusters: [{name: a, cluster: {certificate-authority-data: '?'}}]"),
                HasSubstr("certificate-authority-data is not base64"));
    EXPECT_THAT(parse_error("clusters: [{name: a, cluster: {insecure-skip-tls-verify: 'no'}}]"),
                HasSubstr("must be true or false"));
}

TEST(Kubeconfig, OfSeveralFilesTheFirstWordCounts) {
    auto config =
        parsed("current-context: \"\"\nclusters: [{name: a, cluster: {server: 'https://1'}}]");
    merge_kubeconfig(config, parsed("current-context: c\nclusters: [{name: a, cluster: {server: "
                                    "'https://2'}}, {name: b, cluster: {server: 'https://3'}}]"));
    merge_kubeconfig(config, parsed("current-context: d"));
    EXPECT_EQ(config.current_context, "c");
    EXPECT_EQ(config.clusters.at("a").server, "https://1");
    EXPECT_EQ(config.clusters.at("b").server, "https://3");
}

TEST(KubeconfigPaths, GoFromOptionToEnvironmentToHome) {
    const Environment environment{{"KUBECONFIG", "/a::/b:/a"}, {"HOME", "/root"}};
    EXPECT_THAT(kubeconfig_paths({.file = "/c"}, environment), ElementsAre("/c"));
    EXPECT_THAT(kubeconfig_paths({}, environment), ElementsAre("/a", "/b"));
    EXPECT_THAT(kubeconfig_paths({}, {{"KUBECONFIG", ""}, {"HOME", "/root"}}),
                ElementsAre("/root/.kube/config"));
    EXPECT_TRUE(kubeconfig_paths({}, {}).empty());
}

class KubeconfigFiles : public testing::Test {
protected:
    std::string write(std::string_view name, std::string_view text) {
        const auto path = folder_.path() / name;
        EXPECT_TRUE(base::os::make_folders(path.parent_path()));
        EXPECT_TRUE(base::os::write_file(path, text));
        return path;
    }
    base::os::TempFolder folder_ = *base::os::TempFolder::create("kubeconfig-test");
};

TEST_F(KubeconfigFiles, AreMerged) {
    const auto clusters =
        write("one/clusters", "clusters: [{name: a, cluster: {server: 'https://x',"
                              " certificate-authority: ca}}]");
    const auto contexts = write("contexts", "current-context: c\ncontexts: [{name: c, context: "
                                            "{cluster: a}}]");
    const auto list = fmt::format("{}:{}/missing:{}", clusters, folder_.path().string(), contexts);
    const auto chosen = load_kubeconfig({}, {{"KUBECONFIG", list}});
    ASSERT_TRUE(chosen) << chosen.error().message();
    EXPECT_EQ(chosen->ca_file, folder_.path() / "one/ca");
}

TEST_F(KubeconfigFiles, ThatAreNotThereAreNamed) {
    const auto missing = load_kubeconfig({.file = "/nowhere/config"}, {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
    EXPECT_THAT(missing.error().message(),
                AllOf(HasSubstr("/nowhere/config"), HasSubstr("--kubeconfig")));
}

TEST_F(KubeconfigFiles, CountMoreThanThePod) {
    write(".kube/config", "current-context: c\ncontexts: [{name: c, context: {cluster: a}}]\n"
                          "clusters: [{name: a, cluster: {server: 'https://home'}}]");
    const Environment pod{{"HOME", folder_.path()}, {"KUBERNETES_SERVICE_HOST", "10.0.0.1"}};
    const auto chosen = find_cluster({}, pod);
    ASSERT_TRUE(chosen) << chosen.error().message();
    EXPECT_EQ(chosen->server, "https://home");
}

TEST_F(KubeconfigFiles, ThatWereAskedForAreNotReplacedByThePod) {
    const Environment pod{{"HOME", "/nowhere"}, {"KUBERNETES_SERVICE_HOST", "10.0.0.1"}};
    const auto asked = find_cluster({.choice = {.context = "prod"}}, pod);
    ASSERT_FALSE(asked);
    EXPECT_THAT(asked.error().message(), HasSubstr("no kubeconfig"));
    const auto not_asked = find_cluster({}, pod);
    ASSERT_FALSE(not_asked);
    EXPECT_THAT(not_asked.error().message(), HasSubstr("ServiceAccount"));
}

}  // namespace
}  // namespace kube
