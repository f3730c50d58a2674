#include "cli/local/data_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace cli {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;

GetVariable environment(std::map<std::string, std::string> values) {
    return [values](const char* name) -> std::optional<std::string> {
        const auto found = values.find(name);
        if (found == values.end()) return std::nullopt;
        return found->second;
    };
}

class DataFolder : public testing::Test {
protected:
    void SetUp() override {
        auto made = base::os::TempFolder::create("data");
        ASSERT_TRUE(made);
        temp_ = std::make_unique<base::os::TempFolder>(std::move(*made));
        data_ = temp_->path();
    }
    RunFolder make(const std::string& id, const std::string& job = "shop") {
        auto run = create_run(data_, id, R"({"metadata":{"name":")" + job + "\"}}");
        EXPECT_TRUE(run) << run.error().message();
        // Times of files are as coarse as the kernel's tick: tests set them apart.
        fs::last_write_time(run->folder.job(),
                            fs::file_time_type{} + std::chrono::seconds(++made_));
        return run->folder;
    }
    fs::path data_;
    int made_ = 0;

private:
    std::unique_ptr<base::os::TempFolder> temp_;
};

TEST_F(DataFolder, IsTheFlagThenTheVariablesThenTheHome) {
    const auto all =
        environment({{"SCANFLEET_DATA", "/own"}, {"XDG_DATA_HOME", "/xdg"}, {"HOME", "/home/me"}});
    EXPECT_EQ(*data_folder("/flag", all), "/flag");
    EXPECT_EQ(*data_folder("", all), "/own");
    EXPECT_EQ(*data_folder("", environment({{"XDG_DATA_HOME", "/xdg"}, {"HOME", "/h"}})),
              "/xdg/scanfleet");
    EXPECT_EQ(*data_folder("", environment({{"HOME", "/home/me"}})),
              "/home/me/.local/share/scanfleet");
    EXPECT_EQ(data_folder("", environment({})).error().kind(), ErrorKind::Invalid);
}

TEST_F(DataFolder, HoldsARunWholeOrNotAtAll) {
    const RunFolder folder = make("r1");
    EXPECT_TRUE(fs::exists(folder.job()));
    EXPECT_FALSE(fs::exists(data_ / "starting"));
    EXPECT_EQ(create_run(data_, "r1", "{}").error().kind(), ErrorKind::Conflict);
}

TEST_F(DataFolder, LetsOneProcessDriveARun) {
    auto owner = create_run(data_, "r1", "{}");
    ASSERT_TRUE(owner);
    EXPECT_EQ(driving_pid(owner->folder), getpid());
    const auto second = take_run(owner->folder);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), ErrorKind::Conflict);
    EXPECT_NE(second.error().message().find(std::to_string(getpid())), std::string::npos);
    const RunFolder folder = owner->folder;
    {
        const OwnedRun gone = std::move(*owner);
    }
    EXPECT_EQ(driving_pid(folder), std::nullopt);
    EXPECT_TRUE(take_run(folder));
}

TEST_F(DataFolder, FindsRunsByIdBeginningJobAndLatest) {
    make("20260101-a", "shop");
    make("20260102-b", "shop");
    make("20260202-c", "bank");
    EXPECT_EQ(find_run(data_, "latest")->run_id(), "20260202-c");
    EXPECT_EQ(find_run(data_, "20260202")->run_id(), "20260202-c");
    EXPECT_EQ(find_run(data_, "20260101-a")->run_id(), "20260101-a");
    EXPECT_EQ(find_run(data_, "shop")->run_id(), "20260102-b") << "the latest run of the job";
    EXPECT_EQ(find_run(data_, "202601").error().kind(), ErrorKind::Conflict);
    EXPECT_EQ(find_run(data_, "nothing").error().kind(), ErrorKind::NotFound);
}

TEST_F(DataFolder, SaysThatThereAreNoRuns) {
    EXPECT_TRUE(list_runs(data_).empty());
    EXPECT_NE(find_run(data_, "latest").error().message().find("no runs yet"), std::string::npos);
}

TEST_F(DataFolder, ThatCannotBeMadeIsNamed) {
    const auto run = create_run("/proc/no-data-here", "r1", "{}");
    ASSERT_FALSE(run);
    EXPECT_NE(run.error().message().find("/proc/no-data-here"), std::string::npos);
}

TEST_F(DataFolder, MakesItsRedactionKeyOnceAndPrivate) {
    const auto key = redaction_key(data_, "");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->size(), 32U);
    EXPECT_EQ(*redaction_key(data_, ""), *key);
    EXPECT_EQ(fs::status(data_ / "redaction.key").permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(std::distance(fs::directory_iterator(data_), {}), 1) << "no drafts are left";
}

TEST_F(DataFolder, TakesARedactionKeyFromAFile) {
    ASSERT_TRUE(base::os::write_file(data_ / "raw", std::string(32, 'x')));
    EXPECT_EQ(*redaction_key(data_, data_ / "raw"), std::string(32, 'x'));
    ASSERT_TRUE(base::os::write_file(data_ / "hex", std::string(64, '4') + "\n"));
    EXPECT_EQ(*redaction_key(data_, data_ / "hex"), std::string(32, 'D'));
    ASSERT_TRUE(base::os::write_file(data_ / "short", "abc"));
    EXPECT_EQ(redaction_key(data_, data_ / "short").error().kind(), ErrorKind::Invalid);
}

TEST(RunId, BeginsWithWhatTellsRunsApart) {
    EXPECT_EQ(new_run_id(1'767'225'600, "3f2a991c"), "3f2a991c-20260101-000000");
}

}  // namespace
}  // namespace cli
