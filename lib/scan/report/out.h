// The way out of an exporter: a buffer in front of the sink.
#pragma once

#include "scan/report/report.h"

#include <cstdint>
#include <string>

namespace scan::report {

// An exporter appends to text() and calls settle() now and then; what is beyond the buffer goes to
// the sink.
class Out {
public:
    explicit Out(const Sink& sink) : sink_(sink) {}

    std::string& text() { return text_; }
    // Hands the buffer on if it is worth a call.
    base::Result<> settle();
    // Hands the rest on.
    base::Result<> finish();
    // All bytes so far, those in the buffer included.
    std::uint64_t bytes() const { return handed_ + text_.size(); }

private:
    const Sink& sink_;
    std::string text_{};
    std::uint64_t handed_ = 0;
};

}  // namespace scan::report
