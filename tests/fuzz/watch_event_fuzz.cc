// Watch lines and list pages: reading never crashes, and pieces lie within what they were cut from.
#include "kube/watch_event.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool fact) {
    if (!fact) std::abort();
}

void require_object_in(std::string_view text, std::string_view object) {
    require(object.starts_with('{') && object.ends_with('}'));
    require(object.data() >= text.data());
    require(object.data() + object.size() <= text.data() + text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static kube::WatchEventParser parser;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto event = parser.parse(text)) {
        require_object_in(text, event->object);
        require(event->resource_version.size() <= 1024);
    }
    if (const auto page = kube::parse_list_page(text)) {
        for (const auto& item : page->items) require_object_in(text, item.object);
        require(!page->resource_version.empty());
    }
    return 0;
}
