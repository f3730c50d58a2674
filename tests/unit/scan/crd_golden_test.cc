// The files that are made from the descriptions are what the descriptions make.
#include "scan/crd.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace scan {
namespace {

std::string content(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void expect_file(const std::string& name, const std::string& made) {
    const auto path = SF_SOURCE_DIR "/" + name;
    if (std::getenv("SF_UPDATE_GOLDEN")) std::ofstream(path) << made;
    EXPECT_TRUE(content(path) == made)
        << name
        << " is not what the descriptions make: run this test with SF_UPDATE_GOLDEN=1, look at "
        << "the difference, and commit it";
}

TEST(ScanJobCrd, IsMadeFromTheDescriptions) {
    expect_file("crds/scanjobs.yaml", scanjob_crd_yaml());
}

TEST(ScanJobReference, IsMadeFromTheDescriptions) {
    expect_file("docs/reference/scanjob.md", scanjob_reference_markdown());
}

// Client-side `kubectl apply` keeps the whole object in an annotation of 256 KiB.
TEST(ScanJobCrd, IsBelow200KiB) { EXPECT_LT(scanjob_crd_yaml().size(), 200u << 10); }

}  // namespace
}  // namespace scan
