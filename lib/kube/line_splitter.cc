#include "kube/line_splitter.h"

namespace kube {

bool LineSplitter::add(std::string_view bytes, std::string& out) {
    const auto first = bytes.find('\n');
    if (first == std::string_view::npos) {
        rest_ += bytes;
        return rest_.size() <= line_bytes_max_;
    }
    if (rest_.size() + first > line_bytes_max_) return false;
    // What came at once is within the limit: buffers of the network are smaller than lines may be.
    const auto end = bytes.rfind('\n') + 1;
    out += rest_;
    out += bytes.substr(0, end);
    rest_ = bytes.substr(end);
    return rest_.size() <= line_bytes_max_;
}

}  // namespace kube
