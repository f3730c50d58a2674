// An EventStream on cpprest's producer-consumer buffer. Private to lib/net: includes cpprest.
#pragma once

#include "net/listener.h"

#include <cpprest/producerconsumerstream.h>
#include <cpprest/streams.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace net::rest {

class EventPipe : public EventStream {
public:
    explicit EventPipe(std::size_t bytes_max);
    ~EventPipe() override;

    bool push(std::string_view id, std::string_view event, std::string_view data) override;
    void close() override;

    // False once the client is gone.
    bool beat();
    // The reader's end, for the response's body. Once.
    concurrency::streams::istream reader();

private:
    using Bytes = concurrency::streams::streambuf<std::uint8_t>;

    bool write(std::string_view text);
    void close_locked();

    const std::size_t bytes_max_;
    // Written and not read yet. cpprest's buffer has no bound, and its in_avail() races with the
    // reader.
    const std::shared_ptr<std::atomic<std::size_t>> waiting_;
    std::mutex mutex_;  // guards what follows
    Bytes buffer_;
    bool open_ = true;
};

}  // namespace net::rest
