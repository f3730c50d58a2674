#include "base/os/file.h"

#include "base/os/process.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace base::os {
namespace {

class FileTest : public testing::Test {
protected:
    FileTest() : folder_(*TempFolder::create("base_test.")) {}
    Path at(std::string_view name) const { return folder_.path() / name; }

    static ErrorKind kind_of(const auto& result) {
        return result ? ErrorKind::Internal : result.error().kind();
    }
    static unsigned mode_of(const Path& path) {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777;
    }

    TempFolder folder_;
};

TEST_F(FileTest, ReadingGivesTheWholeFileWithinItsBound) {
    ASSERT_TRUE(write_file(at("a"), std::string(100'000, 'x')));
    EXPECT_EQ(read_file(at("a"), 100'000), std::string(100'000, 'x'));
    EXPECT_EQ(kind_of(read_file(at("a"), 99'999)), ErrorKind::TooLarge);
    ASSERT_TRUE(write_file(at("empty"), ""));
    EXPECT_EQ(read_file(at("empty"), 0), "");
}

TEST_F(FileTest, ReadingTellsWhatWasWrong) {
    EXPECT_EQ(kind_of(read_file(at("missing"), 10)), ErrorKind::NotFound);
    EXPECT_EQ(kind_of(read_file(folder_.path(), 10)), ErrorKind::Invalid);
    const auto result = read_file(at("missing"), 10);
    EXPECT_NE(result.error().message().find("missing"), std::string::npos);
}

TEST_F(FileTest, ReadingTakesFilesThatSayTheyAreEmpty) {
    const auto result = read_file("/proc/self/status", 1 << 20);
    ASSERT_TRUE(result);
    EXPECT_NE(result->find("Pid:"), std::string::npos);
    EXPECT_EQ(kind_of(read_file("/dev/zero", 1000)), ErrorKind::TooLarge);
}

TEST_F(FileTest, FoldersAreMadeDownToTheLast) {
    ASSERT_TRUE(make_folders(at("a/b/c"), Mode::Private));
    ASSERT_TRUE(make_folders(at("a/b/c"), Mode::Private));
    EXPECT_EQ(mode_of(at("a/b/c")), 0700u);
    ASSERT_TRUE(write_file(at("file"), ""));
    EXPECT_EQ(kind_of(make_folders(at("file"))), ErrorKind::Conflict);
    EXPECT_EQ(kind_of(make_folders(at("file/x"))), ErrorKind::Conflict);
    EXPECT_TRUE(make_folders("/"));
}

TEST_F(FileTest, TempFoldersDisappearWithAllTheyHold) {
    Path path;
    {
        auto folder = TempFolder::create("base_test.");
        ASSERT_TRUE(folder);
        path = folder->path();
        EXPECT_EQ(mode_of(path), 0700u);
        ASSERT_TRUE(make_folders(path / "a/b"));
        ASSERT_TRUE(write_file(path / "a/b/c", "x"));
        const TempFolder moved = *std::move(folder);
        EXPECT_EQ(moved.path(), path);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(FileTest, AppendedBytesFollowEachOther) {
    auto file = AppendFile::open(at("stream"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append("one\n"));
    ASSERT_TRUE(file->append("two\n"));
    ASSERT_TRUE(file->sync());
    auto again = AppendFile::open(at("stream"));
    ASSERT_TRUE(again->append("three\n"));
    EXPECT_EQ(read_file(at("stream"), 100), "one\ntwo\nthree\n");
    EXPECT_EQ(mode_of(at("stream")), 0600u);
}

TEST_F(FileTest, AppendingToAFullDeviceIsUnavailable) {
    auto file = AppendFile::open("/dev/full");
    ASSERT_TRUE(file);
    EXPECT_EQ(kind_of(file->append("x")), ErrorKind::Unavailable);
}

TEST_F(FileTest, ALockIsHeldByOneAndNamesItsHolder) {
    auto lock = FileLock::acquire(at("lock"));
    ASSERT_TRUE(lock);
    // flock belongs to the open file, so a second one in this process stands for another process.
    const auto second = FileLock::acquire(at("lock"));
    EXPECT_EQ(kind_of(second), ErrorKind::Conflict);
    EXPECT_NE(second.error().message().find("process " + std::to_string(::getpid())),
              std::string::npos);
    {
        const FileLock moved = *std::move(lock);
        EXPECT_FALSE(FileLock::acquire(at("lock")));
    }
    EXPECT_TRUE(FileLock::acquire(at("lock")));
}

TEST_F(FileTest, ALockIsNotInheritedByChildren) {
    auto lock = FileLock::acquire(at("lock"));
    ASSERT_TRUE(lock);
    auto child = ChildProcess::spawn({.argv = {"/bin/sleep", "1000"}});
    ASSERT_TRUE(child);
    {
        const FileLock released = *std::move(lock);
    }
    EXPECT_TRUE(FileLock::acquire(at("lock")));
}

}  // namespace
}  // namespace base::os
