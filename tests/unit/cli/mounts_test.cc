#include "cli/local/mounts.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace cli {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;

class MountsTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = base::os::TempFolder::create("mounts");
        ASSERT_TRUE(made);
        temp_ = std::make_unique<base::os::TempFolder>(std::move(*made));
        ASSERT_TRUE(base::os::make_folders(path() / "alice"));
        ASSERT_TRUE(base::os::write_file(path() / "alice" / "token", "s3cret\n"));
    }
    fs::path path() const { return temp_->path(); }
    scan::Job api_job(std::string url) const {
        scan::Job job;
        scan::ApiOptions api;
        api.spec_url = std::move(url);
        job.spec.scanner = api;
        job.spec.credentials.push_back({.name = "a", .secret_name = "alice"});
        return job;
    }
    static const scan::ApiOptions& api(const scan::Job& job) {
        return std::get<scan::ApiOptions>(job.spec.scanner);
    }

private:
    std::unique_ptr<base::os::TempFolder> temp_;
};

TEST_F(MountsTest, AreNamesWithFolders) {
    const auto mounts = parse_mounts({"alice=" + (path() / "alice").string()}, "--credential");
    ASSERT_TRUE(mounts);
    EXPECT_EQ(mounts->at("alice"), path() / "alice");
}

TEST_F(MountsTest, ThatCannotBeReadAreRefusedByName) {
    for (const std::string flag : {"alice", "=x", "alice="}) {
        EXPECT_EQ(parse_mounts({flag}, "--credential").error().kind(), ErrorKind::Invalid) << flag;
    }
    const auto missing = parse_mounts({"bob=/no/such/folder"}, "--credential");
    EXPECT_EQ(missing.error().message(), "--credential bob: /no/such/folder is no folder");
    const std::string alice = "alice=" + (path() / "alice").string();
    EXPECT_EQ(parse_mounts({alice, alice}, "--credential").error().message(),
              "--credential alice is given twice");
}

TEST_F(MountsTest, ASecretWithoutAFolderIsNamedWithTheFlagToGive) {
    const scan::Job job = api_job("http://x/openapi.json");
    EXPECT_TRUE(check_credentials(job.spec, {{"alice", path()}}));
    const auto missing = check_credentials(job.spec, {});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message().find("--credential alice=FOLDER"), std::string::npos);
}

TEST_F(MountsTest, CredentialsAreCopiedPrivately) {
    const scan::Job job = api_job("http://x/openapi.json");
    ASSERT_TRUE(copy_credentials(job.spec, {{"alice", path() / "alice"}}, path() / "work"));
    const fs::path copy = path() / "work" / "credentials" / "a" / "token";
    EXPECT_EQ(*base::os::read_file(copy, 100), "s3cret\n");
    EXPECT_EQ(fs::status(copy).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(MountsTest, ASpecFileIsRelativeToTheJobFile) {
    ASSERT_TRUE(base::os::write_file(path() / "api.yaml", "openapi: 3.0.0"));
    const auto job = localize(api_job("api.yaml"), path(), {}, {});
    ASSERT_TRUE(job);
    EXPECT_EQ(api(*job).spec_url, (path() / "api.yaml").string());
    const auto missing = localize(api_job("other.yaml"), path(), {}, {});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message().find("other.yaml"), std::string::npos);
}

TEST_F(MountsTest, AUrlStaysAUrl) {
    EXPECT_EQ(api(*localize(api_job("http://x/o.json"), path(), {}, {})).spec_url,
              "http://x/o.json");
}

TEST_F(MountsTest, AConfigMapBecomesItsFile) {
    ASSERT_TRUE(base::os::write_file(path() / "alice" / "api.yaml", "openapi: 3.0.0"));
    scan::Job job = api_job("");
    std::get<scan::ApiOptions>(job.spec.scanner).spec_config_map_ref =
        scan::KeyRef{.name = "specs", .key = "api.yaml"};
    const auto found = localize(job, path(), {}, {{"specs", path() / "alice"}});
    ASSERT_TRUE(found);
    EXPECT_EQ(api(*found).spec_url, (path() / "alice" / "api.yaml").string());
    EXPECT_FALSE(api(*found).spec_config_map_ref);
    EXPECT_NE(localize(job, path(), {}, {}).error().message().find("--config-map specs=FOLDER"),
              std::string::npos);
    std::get<scan::ApiOptions>(job.spec.scanner).spec_config_map_ref->key = "no.yaml";
    EXPECT_NE(localize(job, path(), {}, {{"specs", path()}}).error().message().find("no.yaml"),
              std::string::npos);
}

TEST(ClusterOnlyNote, NamesWhatHasNoEffectHere) {
    scan::JobSpec spec;
    EXPECT_EQ(cluster_only_note(spec), "");
    spec.runner.image = "registry.example/runner:1";
    EXPECT_EQ(cluster_only_note(spec),
              "spec.runner matters in a cluster only, and has no effect here");
    spec.pod_ttl = scan::seconds(1);
    spec.ttl_after_finished = scan::seconds(1);
    spec.priority = 1;
    spec.rerun = "again";
    EXPECT_EQ(cluster_only_note(spec),
              "spec.runner, spec.cleanup, spec.ttlSecondsAfterFinished, spec.priority, spec.rerun "
              "matter in a cluster only, and have no effect here");
}

}  // namespace
}  // namespace cli
