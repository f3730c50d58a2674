// Credential plug-ins: what they are told, what they may answer, and how they fail.
#include "kube/exec_plugin.h"

#include "base/os/clock.h"
#include "base/os/file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace kube {
namespace {

using base::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kV1 = "client.authentication.k8s.io/v1";

std::string credential(std::string_view status) {
    return fmt::format(R"({{"apiVersion":"{}","kind":"ExecCredential","status":{}}})", kV1, status);
}

base::Result<ExecCredential> parse(std::string_view text) {
    return parse_exec_credential(text, {.api_version = kV1, .command = "login"});
}

std::string parse_error(std::string_view text) {
    const auto out = parse(text);
    return out ? "was parsed" : out.error().message();
}

TEST(ExecCredential, HasATokenOrACertificate) {
    const auto token =
        parse(credential(R"({"token":"t","expirationTimestamp":"2026-01-01T00:00:01Z"})"));
    ASSERT_TRUE(token) << token.error().message();
    EXPECT_EQ(*token,
              (ExecCredential{.token = "t",
                              .expires = base::Instant(base::Duration(1'767'225'601'000))}));
    const auto pair = parse(credential(R"({"clientCertificateData":"C","clientKeyData":"K"})"));
    ASSERT_TRUE(pair) << pair.error().message();
    EXPECT_EQ(*pair, (ExecCredential{.certificate_pem = "C", .key_pem = "K"}));
}

TEST(ExecCredential, ThatIsWrongSaysHow) {
    EXPECT_THAT(parse_error("please log in"), HasSubstr("did not print an ExecCredential"));
    EXPECT_THAT(parse_error(R"({"kind":"Pod"})"), HasSubstr("did not print an ExecCredential"));
    EXPECT_THAT(parse_error(R"({"kind":"ExecCredential","apiVersion":"x/v9"})"),
                HasSubstr("another apiVersion than client.authentication.k8s.io/v1"));
    EXPECT_THAT(parse_error(credential("null")), HasSubstr("printed no status"));
    EXPECT_THAT(parse_error(credential("{}")), HasSubstr("neither a token nor a certificate"));
    EXPECT_THAT(parse_error(credential(R"({"clientKeyData":"K"})")), HasSubstr("a key without"));
    EXPECT_THAT(parse_error(credential(R"({"token":"a\nb"})")), HasSubstr("no header can carry"));
    EXPECT_THAT(parse_error(credential(R"({"token":"t","expirationTimestamp":"soon"})")),
                HasSubstr("that is no time"));
}

TEST(ExecCredential, IsNeverQuotedInMessages) {
    EXPECT_THAT(parse_error(R"({"token":"s3cret")"), Not(HasSubstr("s3cret")));
    EXPECT_THAT(parse_error(credential(R"({"token":"s3cret\n"})")), Not(HasSubstr("s3cret")));
}

TEST(ExecInfo, TellsTheClusterOnlyToThoseWhoAskForIt) {
    ExecPlugin plugin{.api_version = kV1, .cluster_extension = R"({"audience":"a"})"};
    const ClusterConfig cluster{
        .server = "https://x", .verify = false, .tls_server_name = "n", .proxy = "http://p"};
    EXPECT_EQ(exec_info(plugin, cluster, "CA"),
              R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
              R"("spec":{"interactive":false}})");
    plugin.provide_cluster_info = true;
    EXPECT_EQ(exec_info(plugin, cluster, "CA"),
              R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
              R"("spec":{"cluster":{"certificate-authority-data":"Q0E=","config":{"audience":"a"},)"
              R"("insecure-skip-tls-verify":true,"proxy-url":"http://p","server":"https://x",)"
              R"("tls-server-name":"n"},"interactive":false}})");
}

class ExecPlugins : public testing::Test {
protected:
    std::string script(std::string_view name, std::string_view text) {
        const auto path = folder_.path() / name;
        EXPECT_TRUE(base::os::write_file(path, fmt::format("#!/bin/sh\n{}\n", text)));
        ::chmod(path.c_str(), 0700);
        return path;
    }
    base::Result<ExecCredential> run(ExecPlugin plugin, base::Duration timeout = {}) {
        if (plugin.api_version.empty()) plugin.api_version = kV1;
        const Environment environment{{"PATH", "/nowhere:" + folder_.path().string()},
                                      {"FROM_US", "ours"}};
        const std::string info = "the info";
        ExecRun out{.plugin = plugin,
                    .info = info,
                    .environment = environment,
                    .clock = base::os::system_clock()};
        if (timeout > base::Duration::zero()) out.timeout = timeout;
        return run_exec_plugin(out);
    }
    std::string error(const ExecPlugin& plugin, ErrorKind kind, base::Duration timeout = {}) {
        const auto out = run(plugin, timeout);
        if (out) return "it worked";
        EXPECT_EQ(out.error().kind(), kind);
        return out.error().message();
    }
    base::os::TempFolder folder_ = *base::os::TempFolder::create("exec-plugin-test");
};

TEST_F(ExecPlugins, GetArgumentsVariablesAndInfo) {
    script("login", fmt::format(R"(printf '%s' '{}' | /bin/sed "s/WHAT/$1,$2,$FROM_US,$OWN,)"
                                R"($(printf %s "$KUBERNETES_EXEC_INFO" | /usr/bin/tr ' ' _)/")",
                                credential(R"({"token":"WHAT"})")));
    const auto out = run({.command = "login", .args = {"a", "b;c"}, .env = {{"OWN", "its"}}});
    ASSERT_TRUE(out) << out.error().message();
    EXPECT_EQ(out->token, "a,b;c,ours,its,the_info");
}

TEST_F(ExecPlugins, GetNoInput) {
    script("login", "read line && exit 3\nprintf '%s' '" + credential(R"({"token":"t"})") + "'");
    EXPECT_TRUE(run({.command = "login"}));
}

TEST_F(ExecPlugins, ThatAreNotInstalledSayHowToGetThem) {
    EXPECT_EQ(error({.command = "cloud-login", .install_hint = "brew install cloud\n"},
                    ErrorKind::NotFound),
              "the credential plug-in cloud-login is not installed (or not in PATH): brew install "
              "cloud");
    EXPECT_EQ(error({.command = "/nowhere/login"}, ErrorKind::NotFound),
              "the credential plug-in /nowhere/login is not installed");
}

TEST_F(ExecPlugins, ThatFailSayTheirLastLine) {
    const auto path = script("login", "echo trying >&2\necho 'session expired, password=hunter22' "
                                      ">&2\nexit 7");
    EXPECT_THAT(error({.command = path}, ErrorKind::Forbidden),
                AllOf(HasSubstr("ended with exit code 7: session expired"),
                      Not(HasSubstr("hunter22")), Not(HasSubstr("trying"))));
}

TEST_F(ExecPlugins, ThatHangAreEnded) {
    script("login", "exec /bin/sleep 1000");
    EXPECT_THAT(error({.command = "login"}, ErrorKind::TimedOut, base::Duration(60)),
                HasSubstr("did not end within"));
}

TEST_F(ExecPlugins, ThatPrintTooMuchAreRefused) {
    script("login", "/usr/bin/head -c 3000000 /dev/zero");
    EXPECT_NE(error({.command = "login"}, ErrorKind::TooLarge), "it worked");
}

TEST_F(ExecPlugins, OfOtherVersionsOrWithTerminalsAreNotStarted) {
    EXPECT_THAT(error({.api_version = "client.authentication.k8s.io/v1alpha1", .command = "login"},
                      ErrorKind::Invalid),
                HasSubstr("update the plug-in"));
    EXPECT_THAT(error({.command = "login", .needs_terminal = true}, ErrorKind::Invalid),
                HasSubstr("wants a terminal"));
    EXPECT_THAT(error({}, ErrorKind::Invalid), HasSubstr("no command"));
}

}  // namespace
}  // namespace kube
