// JSON texts within limits.
#include "base/json.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto value = base::parse_json(text, {.depth_max = 50, .nodes_max = 10'000});
    if (!value) {
        if (!value.error().message().starts_with("line ")) std::abort();
        return 0;
    }
    if (base::parse_json(base::dump_json(*value)) != value) std::abort();
    return 0;
}
