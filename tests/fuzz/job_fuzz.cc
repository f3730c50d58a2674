// Job documents from anybody: parsing never crashes, refusals name the file, and what is accepted
// reads back as the same.
#include "scan/job.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool fact) {
    if (!fact) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto job = scan::parse_job(text, "job.yaml");
    if (!job) {
        require(job.error().message().starts_with("job.yaml:"));
        return 0;
    }
    const auto again = scan::parse_job(scan::job_to_json(*job), "job.json");
    require(again.has_value() && *again == *job);
    return 0;
}
