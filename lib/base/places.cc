#include "base/places.h"

#include <fmt/core.h>

#include <algorithm>

namespace base {

Mark Places::at(std::size_t offset) {
    offset = std::min(offset, text_.size());
    if (offset < offset_) {
        offset_ = 0;
        mark_ = {.line = 1, .column = 1};
    }
    for (; offset_ < offset; ++offset_) {
        const auto byte = static_cast<unsigned char>(text_[offset_]);
        if (byte == '\n') {
            ++mark_.line;
            mark_.column = 1;
        } else if ((byte & 0xC0) != 0x80) {
            ++mark_.column;
        }
    }
    return mark_;
}

std::string Places::name(std::size_t offset) {
    const Mark mark = at(offset);
    return fmt::format("line {}, column {}", mark.line, mark.column);
}

}  // namespace base
