// What came from the client and is not used yet: one head at most, allocated when the first byte is
// there.
#pragma once

#include "net/gate/wire.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace net::gate {

class Input {
public:
    explicit Input(std::size_t capacity) : capacity_(capacity) {}

    std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    bool full() const { return end_ - begin_ == capacity_; }
    // Drops the first `count` bytes.
    void consume(std::size_t count);
    // Moves at most `buffer` bytes out.
    std::size_t take(asio::mutable_buffer buffer);
    // Gives the memory back while there is nothing in it: idle connections are many.
    void release();
    // Reads more behind what is there. False: full, ended, broken or expired.
    Task<bool> fill(Wire& wire);

private:
    std::size_t capacity_;
    std::unique_ptr<char[]> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace net::gate
