// Whole lines out of bytes as they come. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kube {

class LineSplitter {
public:
    explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

    // Appends the lines that `bytes` complete to `out`, each with its '\n'. False: a line is longer
    // than the limit; then the rest is lost and nothing more should be added. Linear in all.
    bool add(std::string_view bytes, std::string& out);
    // True inside a line.
    bool has_rest() const { return !rest_.empty(); }

private:
    std::size_t line_bytes_max_;
    std::string rest_;
};

}  // namespace kube
