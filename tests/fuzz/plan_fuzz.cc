// Plan documents from a runner that may lie: parsing never crashes, and what it accepts reads back
// as the same.
#include "scan/plan_document.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool fact) {
    if (!fact) std::abort();
}

// Numbers in params may be spelled anew, so the texts are compared after one round.
void check(const scan::PlanDocument& plan) {
    const auto text = scan::plan_to_lines(plan);
    const auto again = scan::parse_plan(text);
    require(again.has_value() && scan::plan_to_lines(*again) == text);
    require(plan.chunks.size() == plan.head.chunk_count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto plan = scan::parse_plan(text)) check(*plan);
    if (const auto chunk = scan::parse_chunk(text)) {
        require(scan::parse_chunk(scan::chunk_line(*chunk)).has_value());
    }
    return 0;
}
