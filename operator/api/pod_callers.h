// Callers in a cluster: Pods of attempts, known by the ServiceAccount token that the kubelet gave
// them. A token counts for an attempt when its namespace, Pod name and Pod UID are the attempt's.
#pragma once

#include "base/guarded.h"
#include "operator/api/callers.h"
#include "operator/api/roll.h"
#include "operator/api/token_verifier.h"

namespace api {

// Any thread.
class PodCallers : public Callers {
public:
    // The verifier outlives it.
    explicit PodCallers(TokenVerifier& verifier) : verifier_(verifier) {}

    // The attempt's Pod was asked for (`uid` still empty: it gets 503 until the UID is known), or
    // seen. Again with the same is nothing new; another UID replaces the old. What is over stays
    // over.
    void expect(const results::AttemptKey& attempt, const PodIdentity& pod);
    // Whether every Pod that may call is known. From the start it is not, and who is unknown gets
    // 503 instead of 403: after a restart the Pods are listed first. Not leading is the same.
    void set_complete(bool complete);
    // For TokenVerifierOptions::is_worth_review.
    bool is_worth_review(const PodIdentity& pod) const;

    Caller find(std::string_view token) override;
    void forget(const results::AttemptKey& attempt) override;
    void close_run(const results::RunKey& run) override;

private:
    struct State {
        Roll roll{};  // by "namespace/name", which no two Pods share
        bool complete = false;
    };
    Caller find(const PodIdentity& pod) const;

    TokenVerifier& verifier_;
    base::Guarded<State> state_;
};

}  // namespace api
