#include "runner/environment.h"

#include "base/os/file.h"

#include <gtest/gtest.h>

#include <map>

namespace runner {
namespace {

using Variables = std::map<std::string, std::string>;

Variables complete() {
    return {{"SCANFLEET_INGEST_URL", "http://127.0.0.1:1/"},
            {"SCANFLEET_RUN", "default/shop/run-1"},
            {"SCANFLEET_ATTEMPT", "7:2"},
            {"SCANFLEET_LIMIT_SECONDS", "1.5"}};
}

base::Result<Environment> read(Variables variables) {
    return read_environment("work", [&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    });
}

TEST(Environment, ReadsRunAttemptAndLimit) {
    const auto environment = read(complete());
    ASSERT_TRUE(environment);
    EXPECT_EQ(environment->ingest_url, "http://127.0.0.1:1");
    EXPECT_EQ(environment->job, "shop");
    EXPECT_EQ(environment->run_id, "run-1");
    EXPECT_EQ(environment->chunk, 7);
    EXPECT_EQ(environment->attempt, 2);
    EXPECT_EQ(environment->limit, base::Duration(1500));
    EXPECT_EQ(environment->termination_log, "/dev/termination-log");
}

TEST(Environment, NamesDiscoveryByTheLetterD) {
    auto variables = complete();
    variables["SCANFLEET_ATTEMPT"] = "d:1";
    EXPECT_EQ(read(variables)->chunk, -1);
}

TEST(Environment, SaysWhichVariableIsMissingOrWrong) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"SCANFLEET_INGEST_URL", ""},        {"SCANFLEET_RUN", "shop"},
        {"SCANFLEET_RUN", "a//b"},           {"SCANFLEET_ATTEMPT", "7"},
        {"SCANFLEET_ATTEMPT", "x:1"},        {"SCANFLEET_ATTEMPT", "1:0"},
        {"SCANFLEET_LIMIT_SECONDS", "soon"}, {"SCANFLEET_LIMIT_SECONDS", "-1"},
        {"SCANFLEET_LIMIT_SECONDS", "1e9"}};
    for (const auto& [name, value] : wrong) {
        auto variables = complete();
        variables[name] = value;
        const auto environment = read(variables);
        ASSERT_FALSE(environment) << name << "=" << value;
        EXPECT_NE(environment.error().message().find(name), std::string::npos)
            << environment.error().message();
    }
}

TEST(Credentials, AreReadByFolderAndFileWithoutTheFinalNewline) {
    const auto folder = *base::os::TempFolder::create("credentials");
    const auto alice = folder.path() / "credentials" / "alice";
    ASSERT_TRUE(base::os::make_folders(alice));
    ASSERT_TRUE(base::os::write_file(alice / "username", "alice\n"));
    ASSERT_TRUE(base::os::write_file(alice / "password", "pass word\r\n"));
    Environment environment;
    environment.work = folder.path();
    const auto credentials = read_credentials(environment);
    ASSERT_TRUE(credentials);
    EXPECT_EQ(*credentials,
              (Credentials{{"alice", {{"username", "alice"}, {"password", "pass word"}}}}));
    EXPECT_EQ(secrets_of(*credentials), std::vector<std::string>{"pass word"});
}

TEST(ConfigFiles, AreReadByNameAndKeyAndNeverFromElsewhere) {
    const auto folder = *base::os::TempFolder::create("config");
    Environment environment;
    environment.work = folder.path();
    ASSERT_TRUE(base::os::make_folders(folder.path() / "config" / "specs"));
    ASSERT_TRUE(base::os::write_file(folder.path() / "config" / "specs" / "shop.yaml", "openapi"));
    EXPECT_EQ(*read_config(environment, "specs", "shop.yaml"), "openapi");
    for (const auto& [name, key] :
         {std::pair{"..", "x"}, {"specs", "../../x"}, {"", "x"}, {"specs", ".."}}) {
        EXPECT_EQ(read_config(environment, name, key).error().kind(), base::ErrorKind::Invalid);
    }
    EXPECT_EQ(read_config(environment, "specs", "none").error().kind(), base::ErrorKind::NotFound);
}

TEST(Credentials, AreNoneWithoutTheFolder) {
    const auto folder = *base::os::TempFolder::create("credentials");
    Environment environment;
    environment.work = folder.path();
    EXPECT_EQ(read_credentials(environment), Credentials{});
}

}  // namespace
}  // namespace runner
