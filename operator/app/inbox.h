// Where other threads leave events for the controller: a queue whose descriptor becomes readable.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "operator/control/controller.h"

#include <memory>
#include <vector>

namespace app {

// post() on any thread, the rest on the controller's. Not bounded by itself: what posts here is
// bounded where it comes from (calls in flight, ingest's bodies, the store's queue).
class Inbox {
public:
    static base::Result<std::unique_ptr<Inbox>> create();
    ~Inbox();
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    void post(control::Event event);
    std::vector<control::Event> take();
    int fd() const { return fd_; }

private:
    explicit Inbox(int fd) : fd_(fd) {}
    int fd_;
    base::Guarded<std::vector<control::Event>> events_;
};

}  // namespace app
