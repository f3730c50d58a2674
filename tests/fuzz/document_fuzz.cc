// YAML and JSON documents: whatever comes in, an answer comes out, and what was read can be written
// and read again.
#include "base/document.h"
#include "base/json.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto document = base::Document::parse(text, {.bytes_max = 1 << 20, .nodes_max = 10'000});
    if (!document) {
        if (document.error().message().empty()) std::abort();
        return 0;
    }
    if (document->mark("").line < 1 || document->mark_near("/a/0").line < 1) std::abort();
    const auto again = base::parse_json(base::dump_json(document->root()));
    if (!again || base::dump_json(*again) != base::dump_json(document->root())) std::abort();
    return 0;
}
