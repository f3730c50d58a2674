// Scrubbing twice is scrubbing once, JSON stays JSON.
#include "base/json.h"
#include "base/redact.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string once = base::scrub(text);
    if (base::scrub(once) != once || base::has_secret(once)) std::abort();
    const auto before = base::parse_json(text);
    if (before && before->is_structured() && !base::Json::accept(once)) std::abort();
    return 0;
}
