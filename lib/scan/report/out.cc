#include "scan/report/out.h"

namespace scan::report {
namespace {

// Large enough that sinks (a file, a compressor) are called rarely, small against any limit of
// memory.
constexpr std::size_t kBufferBytes = 64u << 10;

}  // namespace

base::Result<> Out::settle() {
    if (text_.size() < kBufferBytes) return {};
    return finish();
}

base::Result<> Out::finish() {
    if (text_.empty()) return {};
    TRY(sink_(text_));
    handed_ += text_.size();
    text_.clear();
    return {};
}

}  // namespace scan::report
