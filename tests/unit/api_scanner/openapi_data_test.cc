// The published specifications of the test data.
#include "base/document.h"
#include "base/json.h"
#include "base/os/clock.h"
#include "base/os/file.h"
#include "runner/scanners/api/openapi/read.h"
#include "runner/scanners/api/request/draft.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>

namespace runner::api {
namespace {

std::filesystem::path data_folder() {
    const auto* root = std::getenv("SCANFLEET_TEST_DATA");
    const std::filesystem::path folder = root != nullptr ? root : SF_SOURCE_DIR "/../shared/data";
    return folder / "openapi";
}

base::Result<Specification> read(const std::filesystem::path& path) {
    const auto bytes = TRY(base::os::read_file(path, 50u << 20));
    const auto document = TRY(base::Document::parse(bytes));
    return read_specification(std::make_shared<const base::Json>(document.root()));
}

TEST(PublishedSpecifications, HaveTheirPathsAndOperations) {
    if (!std::filesystem::exists(data_folder()))
        GTEST_SKIP() << "no test data at " << data_folder();
    const auto expected =
        base::parse_json(*base::os::read_file(data_folder() / "expected.json", 1u << 20));
    ASSERT_TRUE(expected);
    for (const auto& [name, facts] : expected->items()) {
        SCOPED_TRACE(name);
        const auto start = base::os::system_clock().ticks();
        const auto specification = read(data_folder() / name);
        ASSERT_TRUE(specification) << specification.error().message();
        EXPECT_EQ(specification->version, base::get_string(facts, "version"));
        EXPECT_EQ(static_cast<std::int64_t>(specification->path_count),
                  base::get_int(facts, "paths"));
        EXPECT_EQ(static_cast<std::int64_t>(specification->operations.size()),
                  base::get_int(facts, "operations"));
        for (const auto& operation : specification->operations)
            EXPECT_EQ(operation.defect, "") << operation.id();
        std::printf("%s: %lld ms\n", name.c_str(),
                    static_cast<long long>((base::os::system_clock().ticks() - start).count()));
    }
}

TEST(PublishedSpecifications, GiveARequestForEveryOperation) {
    if (!std::filesystem::exists(data_folder()))
        GTEST_SKIP() << "no test data at " << data_folder();
    std::size_t rendered = 0;
    for (const auto& file : std::filesystem::directory_iterator(data_folder())) {
        if (!file.is_regular_file()) continue;
        const auto specification = read(file.path());
        if (!specification) continue;
        for (const auto& operation : specification->operations) {
            Chance chance("run", operation.id(), "test");
            const auto draft =
                make_draft(*specification, operation,
                           {.parameters = Optional::Sent, .properties = Optional::Sent}, chance);
            const auto request = render("http://h/base/", draft);
            EXPECT_TRUE(request.url.starts_with("http://h/base/")) << request.url;
            EXPECT_EQ(request.url.find('{'), std::string::npos)
                << operation.id() << " " << request.url;
            ++rendered;
        }
    }
    EXPECT_GT(rendered, 2'000u);
}

}  // namespace
}  // namespace runner::api
