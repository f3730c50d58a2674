#include "operator/results/line_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace results {
namespace {

class LineFile : public testing::Test {
protected:
    void SetUp() override {
        auto folder = base::os::TempFolder::create("lines");
        ASSERT_TRUE(folder) << folder.error().message();
        folder_ = std::make_unique<base::os::TempFolder>(std::move(*folder));
        file_ = folder_->path() / "lines";
    }
    std::unique_ptr<base::os::TempFolder> folder_;
    base::os::Path file_;
};

TEST_F(LineFile, LinesOfEverySizeComeBack) {
    const std::vector<std::string> lines = {"", "a", std::string(3u << 20, 'x'), "", "last"};
    auto writer = LineWriter::create(file_);
    ASSERT_TRUE(writer);
    for (const auto& line : lines) ASSERT_TRUE(writer->write(line));
    EXPECT_EQ(writer->lines(), lines.size());
    ASSERT_TRUE(writer->finish());
    auto reader = LineReader::open(file_);
    ASSERT_TRUE(reader);
    for (const auto& line : lines) {
        const auto next = reader->next();
        ASSERT_TRUE(next && *next);
        EXPECT_EQ(**next, line);
    }
    EXPECT_EQ(reader->next().value(), std::nullopt);
    EXPECT_EQ(writer->bytes(), std::filesystem::file_size(file_));
}

TEST_F(LineFile, WithoutFinishNothingStays) {
    {
        auto writer = LineWriter::create(file_);
        ASSERT_TRUE(writer);
        ASSERT_TRUE(writer->write("half"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder_->path()));
}

TEST_F(LineFile, ACutLastLineIsInvalid) {
    std::ofstream(file_) << "whole\ncut";
    auto reader = LineReader::open(file_);
    ASSERT_TRUE(reader);
    EXPECT_EQ(**reader->next(), "whole");
    EXPECT_EQ(reader->next().error().kind(), base::ErrorKind::Invalid);
}

TEST_F(LineFile, ReadingStartsAtAnOffset) {
    std::ofstream(file_) << "one\ntwo\n";
    auto reader = LineReader::open(file_, 4);
    ASSERT_TRUE(reader);
    EXPECT_EQ(**reader->next(), "two");
}

TEST_F(LineFile, AMissingFileIsNotFound) {
    EXPECT_EQ(LineReader::open(file_).error().kind(), base::ErrorKind::NotFound);
    EXPECT_EQ(LineWriter::create(folder_->path() / "no" / "lines").error().kind(),
              base::ErrorKind::NotFound);
}

}  // namespace
}  // namespace results
