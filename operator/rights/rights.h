// What a caller may do, as the cluster's RBAC says: the one rule of our HTTP interfaces. The
// operator asks with the caller's own token (SelfSubjectAccessReview) and so needs no right for it
// itself.
#pragma once

#include "base/expiring_map.h"
#include "base/guarded.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rights {

// Of a resource of ours, or of a path that is no resource ("/metrics").
struct Question {
    std::string verb;          // "get", "list"
    std::string namespace_{};  // empty: all of them
    std::string name{};        // empty: any
    std::string resource{"scanjobs"};
    std::string subresource{};
    std::string path{};  // if given, only it and the verb count
    auto operator<=>(const Question&) const = default;
};

enum class Answer {
    Yes,
    No,
    Unauthenticated,  // nobody knows the token
    Unavailable,      // cannot be told now: try again
};
using Answered = std::move_only_function<void(Answer)>;

// Any thread.
class Rights {
public:
    virtual ~Rights() = default;
    // Calls `answered` once: at once on this thread, or later on another.
    virtual void ask(std::string_view token, const Question& question, Answered answered) = 0;
};

// "Authorization: Bearer …", else "X-Scanfleet-Token" (the API server's service proxy drops the
// first). Empty: none.
std::string_view token_in(const net::Headers& headers);

// ---- in a cluster ----

struct ReviewAnswer {
    int status = 0;
    std::string body{};
};
// POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews with this bearer token and body.
// Calls back once, on any thread; failures are Unavailable or TimedOut.
using SendReview = std::function<void(std::string token, std::string body,
                                      std::move_only_function<void(base::Result<ReviewAnswer>)>)>;

// The body to send, and what its answer says.
std::string access_review_body(const Question& question);
Answer parse_access_review(const base::Result<ReviewAnswer>& answer);

// Answers are kept for 10 s, the number of questions under way is bounded (beyond: Unavailable);
// the same question of the same token is asked once.
class ReviewedRights : public Rights {
public:
    // The clock outlives it; it outlives the callbacks of `send`.
    ReviewedRights(const base::Clock& clock, SendReview send);
    void ask(std::string_view token, const Question& question, Answered answered) override;

private:
    struct State {
        base::ExpiringMap<Answer> known;
        std::map<std::string, std::vector<Answered>> waiting{};  // by digest of token and question
    };
    void take(const std::string& digest, Answer answer);

    const base::Clock& clock_;
    const SendReview send_;
    base::Guarded<State> state_;
};

// ---- local mode ----

// Who has the one token may do everything.
class TokenRights : public Rights {
public:
    explicit TokenRights(std::string token) : token_(std::move(token)) {}
    void ask(std::string_view token, const Question& question, Answered answered) override;

private:
    const std::string token_;
};

}  // namespace rights
