// Byte offsets of a text → line and column, for error messages and marks.
#pragma once

#include "base/document.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

// Looks at `text`, which must outlive it and be UTF-8. Cheap for offsets that mostly grow: it walks
// on from the last answer. One thread.
class Places {
public:
    explicit Places(std::string_view text) : text_(text) {}

    // Columns count characters, as editors do. Offsets past the end mean the end.
    Mark at(std::size_t offset);
    // "line 3, column 7"
    std::string name(std::size_t offset);

private:
    std::string_view text_;
    std::size_t offset_ = 0;
    Mark mark_{.line = 1, .column = 1};
};

}  // namespace base
