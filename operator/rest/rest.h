// REST for people and programs: /api/v1, read-only. docs/formats/rest.md is the contract. Requests
// come through a gate, which asks admit(); they are answered on cpprestsdk's threads, behind it on
// loopback.
#pragma once

#include "net/listener.h"
#include "net/server.h"
#include "operator/rest/route.h"
#include "operator/rest/runs.h"
#include "operator/rights/rights.h"

#include <memory>

namespace rest {

struct RestOptions {
    int threads = 4;                        // each may read a page from the disk, or write a report
    base::Duration rights_timeout{10'000};  // then 503
};

class Rest {
public:
    // Runs and rights outlive it. Unavailable: no port on loopback.
    static base::Result<std::unique_ptr<Rest>> start(Runs& runs, rights::Rights& rights,
                                                     const RestOptions& options);
    // The gates that ask admit() must be gone.
    ~Rest();

    // For the gate: 404, 405, 401 without a token, or Relay. Any thread.
    net::Admission admit(const net::RequestHead& head) const;

private:
    struct Impl;
    explicit Rest(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace rest
