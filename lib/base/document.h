// YAML or JSON text → Json with the line and column of its upper levels. For everything people write by hand
// (job files) or publish (OpenAPI): errors and findings can then point at the place.
#pragma once

#include "base/json_fwd.h"
#include "base/result.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace base {

struct Mark {
    int line = 0;    // 1-based; 0 = unknown
    int column = 0;  // 1-based
    bool operator==(const Mark&) const = default;
};

struct DocumentLimits {
    std::size_t bytes_max = 50u << 20;
    // After alias expansion: a "billion laughs" file is refused by this one.
    std::size_t nodes_max = 1'000'000;
    int depth_max = 200;
    // Marks are kept for members and items down to this depth.
    int marks_depth = 8;
};

class Document {
public:
    Document();
    ~Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;

    const Json& root() const;
    // Place of the value at a JSON pointer (RFC 6901) — of its key where it is a member. {0,0} if not kept;
    // then the nearest kept ancestor is a good answer: mark_near.
    Mark mark(std::string_view pointer) const;
    Mark mark_near(std::string_view pointer) const;

    // Reads `text` as JSON when its first non-blank character is '{' or '[' and it parses so, else as YAML 1.2
    // core (scalars resolve to null, bool, int, float, string; quoted stay strings; merge keys are not
    // expanded). UTF-8 with or without BOM, UTF-16 with BOM. One document per text.
    // Invalid: broken syntax, duplicate keys, non-UTF-8, tabs in YAML indentation, a non-scalar key; the message
    // has "line L, column C". TooLarge: a limit was passed.
    static Result<Document> parse(std::string_view text, const DocumentLimits& limits = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// RFC 6901 escaping of one reference token.
std::string escape_pointer(std::string_view token);

}  // namespace base
