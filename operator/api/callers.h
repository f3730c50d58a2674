// The Callers seam: who a bearer token belongs to. Local mode gives each attempt a random token
// (operator/api/expected.h); in a cluster the token is the Pod's own (operator/api/pod_callers.h).
#pragma once

#include "operator/results/store.h"

#include <string_view>

namespace api {

struct Caller {
    enum class Kind {
        Attempt,   // an attempt that is expected
        Over,      // it was; it was forgotten, or its run is closed: 410
        Stranger,  // no token, or none that counts: 401
        NotYours,  // a sound token of somebody who is not expected: 403
        NotYet,    // cannot be told yet: 503, the caller tries again
    };
    Kind kind = Kind::Stranger;
    results::AttemptKey attempt{};  // Attempt, Over
};

// All methods on any thread.
class Callers {
public:
    virtual ~Callers() = default;
    // Quick: on the gate's threads, before a body is read.
    virtual Caller find(std::string_view token) = 0;
    // The attempt stays known for a while as over: a late caller must hear "gone" and stop, not
    // 401, which it answers by trying again.
    virtual void forget(const results::AttemptKey& attempt) = 0;
    virtual void close_run(const results::RunKey& run) = 0;
};

}  // namespace api
