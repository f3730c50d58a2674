#include "net/rest/event_pipe.h"

#include "net/rest/event_text.h"

namespace net::rest {
namespace {

using Waiting = std::shared_ptr<std::atomic<std::size_t>>;
using Base = concurrency::streams::details::basic_producer_consumer_buffer<std::uint8_t>;

// One event has some 300 bytes.
constexpr std::size_t kBlockBytes = 4u << 10;

// Tells how much was read.
class CountingBuffer : public Base {
public:
    explicit CountingBuffer(Waiting waiting) : Base(kBlockBytes), waiting_(std::move(waiting)) {}

protected:
    // The only way the server reads.
    pplx::task<size_t> _getn(std::uint8_t* bytes, size_t count) override {
        return Base::_getn(bytes, count).then([waiting = waiting_](size_t read) {
            *waiting -= read;
            return read;
        });
    }

private:
    Waiting waiting_;
};

}  // namespace

EventPipe::EventPipe(std::size_t bytes_max)
    : bytes_max_(bytes_max), waiting_(std::make_shared<std::atomic<std::size_t>>(0)),
      buffer_(std::make_shared<CountingBuffer>(waiting_)) {}

EventPipe::~EventPipe() { close(); }

bool EventPipe::push(std::string_view id, std::string_view event, std::string_view data) {
    return write(event_text(id, event, data));
}

bool EventPipe::beat() { return write(kHeartbeat); }

bool EventPipe::write(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (!open_) return false;
    if (waiting_->load() + text.size() > bytes_max_) {
        close_locked();
        return false;
    }
    *waiting_ += text.size();
    // Both copy and return at once. Nothing of cpprest's may be waited for here: this may be one of
    // its threads.
    buffer_.putn_nocopy(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    buffer_.sync();
    return true;
}

void EventPipe::close() {
    const std::scoped_lock lock(mutex_);
    close_locked();
}

void EventPipe::close_locked() {
    if (!open_) return;
    open_ = false;
    buffer_.close(std::ios_base::out);
}

concurrency::streams::istream EventPipe::reader() { return buffer_.create_istream(); }

}  // namespace net::rest
