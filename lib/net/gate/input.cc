#include "net/gate/input.h"

#include <algorithm>
#include <cstring>

namespace net::gate {

void Input::consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
}

std::size_t Input::take(asio::mutable_buffer buffer) {
    const std::size_t count = std::min(buffer.size(), end_ - begin_);
    if (count == 0) return 0;
    std::memcpy(buffer.data(), bytes_.get() + begin_, count);
    consume(count);
    return count;
}

void Input::release() {
    if (empty()) bytes_.reset();
}

Task<bool> Input::fill(Wire& wire) {
    if (full()) co_return false;
    if (!bytes_) bytes_ = std::make_unique_for_overwrite<char[]>(capacity_);
    if (begin_ > 0) {
        std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const asio::mutable_buffer space = asio::buffer(bytes_.get() + end_, capacity_ - end_);
    const std::size_t count = co_await wire.read_some(space);
    end_ += count;
    co_return count > 0;
}

}  // namespace net::gate
