#include "base/os/file.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace base::os {
namespace {

class WriteFileTest : public testing::Test {
protected:
    WriteFileTest() : folder_(*TempFolder::create("base_test.")) {}
    Path at(std::string_view name) const { return folder_.path() / name; }

    std::size_t files() const {
        const std::filesystem::directory_iterator entries(folder_.path());
        return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
    }
    static unsigned mode_of(const Path& path) {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777;
    }

    TempFolder folder_;
};

TEST_F(WriteFileTest, ReplacesTheOldBytesAndLeavesNothingElse) {
    ASSERT_TRUE(write_file(at("a"), "old"));
    ASSERT_TRUE(write_file(at("a"), "new"));
    EXPECT_EQ(read_file(at("a"), 10), "new");
    EXPECT_EQ(files(), 1u);
}

TEST_F(WriteFileTest, GivesTheModeAskedFor) {
    const mode_t before = ::umask(022);
    ASSERT_TRUE(write_file(at("private"), "", Mode::Private));
    ASSERT_TRUE(write_file(at("shared"), "", Mode::Shared));
    ::umask(before);
    EXPECT_EQ(mode_of(at("private")), 0600u);
    EXPECT_EQ(mode_of(at("shared")), 0644u);
}

TEST_F(WriteFileTest, TakesNamesOfTheLongestKind) {
    EXPECT_TRUE(write_file(at(std::string(255, 'n')), "x"));
}

TEST_F(WriteFileTest, IntoAFolderThatIsNotThereIsNotFound) {
    const auto missing = write_file(at("missing/a"), "x");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
    ASSERT_TRUE(write_file(at("file"), "x"));
    EXPECT_EQ(write_file(at("file/a"), "x").error().kind(), ErrorKind::NotFound);
}

TEST_F(WriteFileTest, IntoAFolderThatCannotBeWrittenIsRefused) {
    // Root passes by modes, but not even root makes files in /proc: ENOENT or EACCES, by the
    // kernel.
    const auto refused = write_file("/proc/scanfleet", "x");
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().kind() == ErrorKind::NotFound ||
                refused.error().kind() == ErrorKind::Forbidden);
}

TEST_F(WriteFileTest, IntoAReadOnlyFolderIsForbidden) {
    if (::geteuid() == 0) {
        // Dropped for good in a child: root would be let through.
        const auto outcome = [this] {
            if (::chmod(folder_.path().c_str(), 0555) != 0 || ::seteuid(65534) != 0) return 2;
            const auto result = write_file(at("a"), "x");
            return !result && result.error().kind() == ErrorKind::Forbidden ? 0 : 1;
        };
        const pid_t pid = ::fork();
        if (pid == 0) ::_exit(outcome());
        int status = 0;
        ASSERT_EQ(::waitpid(pid, &status, 0), pid);
        if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "root may not become another user here";
        EXPECT_EQ(WEXITSTATUS(status), 0);
        ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
    } else {
        ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
        const auto result = write_file(at("a"), "x");
        ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind(), ErrorKind::Forbidden);
    }
    EXPECT_EQ(files(), 0u);
}

// Runs `test` in a child whose files may not grow past `bytes`: what a full disk looks like to
// write(2).
int with_file_limit(rlim_t bytes, auto&& test) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::signal(SIGXFSZ, SIG_IGN);  // the write then fails with EFBIG
        const rlimit limit{bytes, bytes};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::_exit(test() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

TEST_F(WriteFileTest, OnAFullDiskKeepsTheOldBytesAndLeavesNothingBehind) {
    ASSERT_TRUE(write_file(at("a"), "old"));
    const int status = with_file_limit(1000, [this] {
        const auto result = write_file(at("a"), std::string(5000, 'x'));
        return !result && result.error().kind() == ErrorKind::Unavailable;
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_file(at("a"), 10), "old");
    EXPECT_EQ(files(), 1u);
}

TEST_F(WriteFileTest, AppendingOnAFullDiskKeepsWholeLinesOnly) {
    const int status = with_file_limit(1000, [this] {
        auto file = AppendFile::open(at("stream"));
        const bool first = file && file->append(std::string(899, 'x') + "\n").has_value();
        const auto second = file->append(std::string(200, 'y') + "\n");
        const bool full = !second && second.error().kind() == ErrorKind::Unavailable;
        return first && full && file->append("short\n").has_value();
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_file(at("stream"), 2000), std::string(899, 'x') + "\nshort\n");
}

TEST_F(WriteFileTest, InPlaceKeepsTheFileItself) {
    ASSERT_TRUE(write_file(at("a"), "a long old text"));
    struct stat before{};
    ASSERT_EQ(::stat(at("a").c_str(), &before), 0);
    ASSERT_TRUE(write_in_place(at("a"), "new"));
    struct stat after{};
    ASSERT_EQ(::stat(at("a").c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
    EXPECT_EQ(read_file(at("a"), 100), "new");
}

TEST_F(WriteFileTest, InPlaceTellsOfAFullDevice) {
    const auto result = write_in_place("/dev/full", "x");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::Unavailable);
    EXPECT_TRUE(write_in_place("/dev/null", "x"));
}

}  // namespace
}  // namespace base::os
