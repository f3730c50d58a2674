#include "cli/local/api_scan.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

using base::ErrorKind;

base::Result<std::string> no_secrets(std::string_view where) {
    if (where == "token.txt") return "from-file\n";
    if (where == "env:TOKEN") return "from-env";
    return base::fail(ErrorKind::NotFound, "nothing there");
}

base::Result<ApiScan> scan_of(ApiScanFlags flags) {
    if (flags.spec_url.empty()) flags.spec_url = "https://api.shop.example:8443/v1/openapi.json";
    return api_scan(flags, no_secrets);
}

const scan::ApiOptions& api(const ApiScan& scan) {
    return std::get<scan::ApiOptions>(scan.job.spec.scanner);
}

TEST(ApiScan, NeedsNothingButAUrl) {
    const auto scan = scan_of({});
    ASSERT_TRUE(scan) << scan.error().message();
    EXPECT_EQ(scan->job.name, "api-shop-example-8443");
    EXPECT_EQ(scan->job.spec.authorization, scan::Authorization::Passive);
    EXPECT_TRUE(scan->secrets.empty());
}

TEST(ApiScan, TakesWhatAJobFileCouldSay) {
    const auto scan = scan_of({.name = "shop",
                               .server_url = "http://127.0.0.1:8080",
                               .authorization = "ACTIVE",
                               .fail_on = "medium:3",
                               .parallelism = 8,
                               .chunks = 4,
                               .rps = 50,
                               .deadline_seconds = 60});
    ASSERT_TRUE(scan) << scan.error().message();
    EXPECT_EQ(scan->job.name, "shop");
    EXPECT_EQ(scan->job.spec.authorization, scan::Authorization::Active);
    EXPECT_EQ(scan->job.spec.parallelism, 8);
    EXPECT_EQ(scan->job.spec.chunks.max_count, 4);
    EXPECT_EQ(scan->job.spec.active_deadline, std::chrono::seconds(60));
    ASSERT_TRUE(scan->job.spec.fail_on);
    EXPECT_EQ(scan->job.spec.fail_on->severity, scan::Severity::Medium);
    EXPECT_EQ(scan->job.spec.fail_on->count, 3);
    EXPECT_EQ(api(*scan).rps, 50);
    EXPECT_EQ(api(*scan).server_url, "http://127.0.0.1:8080");
}

TEST(ApiScan, MakesPersonasWhoseSecretsStayOutOfTheJob) {
    const auto scan = scan_of({.bearers = {"alice=abc123", "env:TOKEN", "bob=@token.txt"},
                               .headers = {"key=X-Api-Key: k3y"},
                               .basics = {"carol=carol:pw=1"}});
    ASSERT_TRUE(scan) << scan.error().message();
    EXPECT_EQ(scan->secrets.at("alice").at("token"), "abc123");
    EXPECT_EQ(scan->secrets.at("user2").at("token"), "from-env");
    EXPECT_EQ(scan->secrets.at("bob").at("token"), "from-file");
    EXPECT_EQ(scan->secrets.at("key").at("value"), "k3y");
    EXPECT_EQ(scan->secrets.at("carol").at("password"), "pw=1");
    EXPECT_EQ(api(*scan).personas.size(), 5U);
    EXPECT_EQ(api(*scan).personas[3].parameter_name, "X-Api-Key");
    EXPECT_EQ(scan::job_to_json(scan->job).find("abc123"), std::string::npos);
}

TEST(ApiScan, TheFirstTwoUsersAreEachOthersPeers) {
    const auto scan = scan_of({.bearers = {"alice=a", "bob=b"}});
    ASSERT_TRUE(scan);
    EXPECT_EQ(api(*scan).personas[0].peer_of, "bob");
    EXPECT_EQ(api(*scan).personas[1].peer_of, "alice");
}

TEST(ApiScan, RefusesWhatItCannotReadByTheNameOfTheFlag) {
    const std::pair<ApiScanFlags, std::string> rows[] = {
        {{.authorization = "full"}, "--authorization"},
        {{.fail_on = "awful"}, "--fail-on"},
        {{.fail_on = "high:x"}, "--fail-on"},
        {{.headers = {"no colon"}}, "--header"},
        {{.basics = {"nopassword"}}, "--basic"},
        {{.bearers = {"alice="}}, "alice"},
        {{.bearers = {"@missing.txt"}}, "nothing there"},
        {{.server_url = "not a url"}, "serverUrl"},
    };
    for (const auto& [flags, word] : rows) {
        const auto scan = scan_of(flags);
        ASSERT_FALSE(scan) << word;
        EXPECT_NE(scan.error().message().find(word), std::string::npos) << scan.error().message();
    }
}

TEST(ApiScan, NamesAJobAfterItsFile) {
    EXPECT_EQ(scan_of({.spec_url = "specs/My API.yaml"})->job.name, "my-api-yaml");
}

}  // namespace
}  // namespace cli
