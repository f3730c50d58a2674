// Ingest's part of the operator in a simulation: who may call, what is checked, what is written.
// The checks, the ledger and the roll are the real ones; HTTP, threads and tokens are not there.
#pragma once

#include "operator/api/ledger.h"
#include "operator/api/roll.h"
#include "operator/control/desk.h"
#include "sim/stage.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace sim {

struct IngestCall {
    enum class Kind { Work, Segment, Commit, Plan } kind = Kind::Work;
    // Who calls, as the Pod's token says.
    std::string namespace_{};
    std::string pod{};
    std::string uid{};
    results::AttemptKey attempt{};
    std::uint32_t number = 0;  // Segment
    std::string body{};        // Segment, Plan: lines
    scan::Commit commit{};
};
struct IngestReply {
    int status = 0;  // 0: no answer
    std::uint32_t want = 0;
    results::ChunkWork work{};
};

class IngestDesk {
public:
    // `tell`: an event for the controller. `crash`: the operator dies.
    IngestDesk(Stage& stage, std::function<void(const api::IngestEvent&)> tell,
               std::function<void()> crash);

    void open();   // the operator starts: nothing is remembered
    void close();  // it died: whoever waits hears nothing
    void order(const control::IngestOrder& order);
    void set_complete(bool complete) { complete_ = complete; }

    using Reply = std::move_only_function<void(const IngestReply&)>;
    void call(IngestCall call, Reply reply);

private:
    using Token = std::uint64_t;
    void arrive(const IngestCall& call, Token token);
    void take_segment(const IngestCall& call, Token token);
    void take_commit(const IngestCall& call, Token token);
    void take_plan(const IngestCall& call, Token token);
    void give_work(const IngestCall& call, Token token);
    int refusal_of(const IngestCall& call) const;  // 0: may call
    void refuse(Token token, const base::Error& error);
    void respond(Token token, IngestReply reply);
    // `done` only if the store said yes and the operator still lives.
    void write(results::Write write, std::string what, Token token,
               std::move_only_function<void()> done);

    Stage& stage_;
    std::function<void(const api::IngestEvent&)> tell_;
    std::function<void()> crash_;
    bool is_open_ = false;
    bool complete_ = false;
    int life_ = 0;
    api::Roll roll_{};
    std::unique_ptr<api::Ledger> ledger_{};
    std::map<Token, Reply> waiting_{};
    Token tokens_ = 0;
};

}  // namespace sim
