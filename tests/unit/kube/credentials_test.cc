// Tokens and certificates that change while we run.
#include "kube/credentials.h"

#include "base/os/file.h"
#include "fakes/fake_clock.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace kube {
namespace {

using base::Duration;
using testing::HasSubstr;

class Rotation : public testing::Test {
protected:
    std::string path(std::string_view name) const { return folder_.path() / name; }
    std::string write(std::string_view name, std::string_view text) {
        EXPECT_TRUE(base::os::write_file(path(name), text));
        return path(name);
    }
    std::string read(std::string_view name) { return *base::os::read_file(path(name), 1'000); }

    Credentials make(ClusterConfig cluster) {
        if (cluster.server.empty()) cluster.server = "https://x.example";
        auto out = Credentials::create(std::move(cluster), {}, clock_);
        if (!out) ADD_FAILURE() << out.error().message();
        return std::move(*out);
    }
    std::string error(ClusterConfig cluster) {
        if (cluster.server.empty()) cluster.server = "https://x.example";
        const auto out = Credentials::create(std::move(cluster), {}, clock_);
        return out ? "was created" : out.error().message();
    }
    // A plug-in that gives out the token in the file "gift", valid until `expires`, and counts its
    // runs.
    ClusterConfig plugged(std::string_view expires = "") {
        const auto script =
            write("login",
                  fmt::format("#!/bin/sh\nprintf x >> {0}/runs\nread token < {0}/gift\nprintf '%s' "
                              "'{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":"
                              "\"ExecCredential\",\"status\":{{\"expirationTimestamp\":\"{1}\","
                              "\"token\":\"'\"$token\"'\"}}}}'\n",
                              folder_.path().string(), expires));
        ::chmod(script.c_str(), 0700);
        return {.login = {.exec = ExecPlugin{.api_version = "client.authentication.k8s.io/v1",
                                             .command = script}}};
    }

    base::os::TempFolder folder_ = *base::os::TempFolder::create("credentials-test");
    fakes::FakeClock clock_;
};

TEST_F(Rotation, ReadsTheTokenAgainOnceAMinute) {
    auto credentials = make({.login = {.token_file = write("token", "one\n")}});
    EXPECT_EQ(credentials.identity().token, "one");
    write("token", "two");
    clock_.advance(Duration(59'999));
    credentials.keep_fresh();
    EXPECT_EQ(credentials.identity().token, "one");
    clock_.advance(Duration(1));
    credentials.keep_fresh();
    EXPECT_EQ(credentials.identity().token, "two");
    EXPECT_EQ(credentials.identity().generation, 2u);
}

TEST_F(Rotation, ReadsTheTokenAgainWhenItWasRefused) {
    auto credentials = make({.login = {.token_file = write("token", "one")}});
    EXPECT_FALSE(credentials.renew(1));
    write("token", "two");
    EXPECT_TRUE(credentials.renew(1));
    EXPECT_EQ(credentials.identity().token, "two");
}

TEST_F(Rotation, RenewsOnceForAllWhoWereRefused) {
    auto credentials = make({.login = {.token_file = write("token", "one")}});
    write("token", "two");
    EXPECT_TRUE(credentials.renew(1));
    write("token", "three");
    EXPECT_TRUE(credentials.renew(1));
    EXPECT_EQ(credentials.identity().token, "two");
}

TEST_F(Rotation, ReadsTheAuthorityAndTheCertificateAgainToo) {
    auto credentials = make({.ca_file = write("ca", "CA1"),
                             .login = {.client_certificate_file = write("cert", "C1"),
                                       .client_key_file = write("key", "K1")}});
    write("ca", "CA2");
    write("cert", "C2");
    write("key", "K2");
    clock_.advance(Duration(60'000));
    credentials.keep_fresh();
    EXPECT_EQ(
        credentials.identity().tls,
        (net::TlsOptions{.ca_pem = "CA2", .client_certificate_pem = "C2", .client_key_pem = "K2"}));
}

TEST_F(Rotation, KeepsWhatItHasWhileAFileIsAway) {
    auto credentials = make({.login = {.token_file = write("token", "one")}});
    std::filesystem::remove(path("token"));
    clock_.advance(Duration(60'000));
    credentials.keep_fresh();
    EXPECT_EQ(credentials.identity().token, "one");
    ASSERT_TRUE(credentials.trouble());
    EXPECT_THAT(credentials.trouble()->message(), HasSubstr("token"));
    write("token", "two");
    clock_.advance(Duration(60'000));
    credentials.keep_fresh();
    EXPECT_FALSE(credentials.trouble());
}

TEST_F(Rotation, PrefersGivenTextsToFilesButTheTokenFileToTheToken) {
    const auto credentials =
        make({.ca_pem = "CA",
              .ca_file = "/nowhere",
              .login = {.token_file = write("token", "file"), .token = "text"}});
    EXPECT_EQ(credentials.identity().tls.ca_pem, "CA");
    EXPECT_EQ(credentials.identity().token, "file");
}

TEST_F(Rotation, SaysWhatIsMissingAtTheStart) {
    EXPECT_THAT(error({.ca_file = "/nowhere/ca.crt"}), HasSubstr("/nowhere/ca.crt"));
    EXPECT_THAT(error({.login = {.token_file = write("token", "\n")}}), HasSubstr("is empty"));
    EXPECT_THAT(error({.login = {.user = "ann", .token = "a b"}}), HasSubstr("token of ann"));
}

TEST_F(Rotation, ShowsNoTokenOverAnOpenLine) {
    EXPECT_THAT(error({.server = "http://10.0.0.1", .login = {.token = "t"}}),
                HasSubstr("use https://"));
    EXPECT_EQ(make({.server = "http://127.0.0.1:8001", .login = {.token = "t"}}).identity().token,
              "t");
    EXPECT_EQ(error({.server = "http://10.0.0.1"}), "was created");
}

TEST_F(Rotation, RunsThePluginAgainWhenItsGiftHasExpired) {
    write("gift", "one");
    auto credentials = make(plugged("2026-01-01T00:00:30Z"));
    EXPECT_EQ(credentials.identity().token, "one");
    write("gift", "two");
    clock_.advance(Duration(29'999));
    credentials.keep_fresh();
    EXPECT_EQ(read("runs"), "x");
    clock_.advance(Duration(1));
    credentials.keep_fresh();
    EXPECT_EQ(credentials.identity().token, "two");
    EXPECT_EQ(read("runs"), "xx");
    // Expired again at once; that alone must not start it over and over.
    credentials.keep_fresh();
    EXPECT_EQ(read("runs"), "xx");
}

TEST_F(Rotation, RunsThePluginOnceForRefusalsInARow) {
    write("gift", "one");
    auto credentials = make(plugged());
    clock_.advance(Duration(3'600'000));
    credentials.keep_fresh();
    EXPECT_EQ(read("runs"), "x");
    write("gift", "two");
    EXPECT_TRUE(credentials.renew(1));
    EXPECT_EQ(credentials.identity().token, "two");
    EXPECT_FALSE(credentials.renew(2));
    EXPECT_EQ(read("runs"), "xx");
    clock_.advance(Duration(10'000));
    EXPECT_FALSE(credentials.renew(2));
    EXPECT_EQ(read("runs"), "xxx");
}

}  // namespace
}  // namespace kube
