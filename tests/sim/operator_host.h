// The operator as a process that can die at any instruction: the real controller, and what
// operator/app does around it (calls, store writes, loads, merges, ingest), in virtual time.
#pragma once

#include "operator/control/controller.h"
#include "sim/ingest_desk.h"
#include "sim/stage.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace sim {

class OperatorHost {
public:
    OperatorHost(Stage& stage, control::ControllerOptions options);
    ~OperatorHost();

    void start();
    void kill();  // and it is started again a little later
    void stop();  // SIGTERM: stays down
    bool is_up() const { return controller_ != nullptr; }
    const control::Controller* controller() const { return controller_.get(); }
    int starts() const { return starts_; }

    // Ingest, as runners reach it: without an operator nobody answers.
    IngestDesk& ingest() { return ingest_; }

    // Lines of watches, streams whose time is over: after each thing that happened.
    void poll_watches();

    std::uint64_t calls(std::string_view verb) const;
    std::uint64_t writes() const { return status_writes_ + other_writes_; }
    std::uint64_t status_writes() const { return status_writes_; }
    std::uint64_t other_writes() const { return other_writes_; }

private:
    struct Stream {
        bool arriving = false;  // lines are on their way
    };

    void deliver(const control::Event& event, bool is_input);
    bool perform(control::Effects effects);
    bool submit(control::Desk::NewWrite write);
    void apply(control::Desk::NewWrite write, Fault fault);
    void acknowledge(control::Ticket ticket, base::Result<> done, base::Duration delay);
    bool load(const results::RunKey& run);
    bool merge(control::MergeOrder order);
    bool send(const kube::Call& call);
    void arrive(const kube::Call& call, Fault fault, int life);
    void answer(const kube::Call& call, kube::Answer answer, base::Duration delay);
    bool open(const kube::Call& call);
    void hand_over_lines(kube::CallId id);
    void close_stream(kube::CallId id, std::optional<kube::ApiError> error);
    void plan_wake();
    void check_heat(bool is_input);
    // Runs `what` unless the operator has died since.
    template <typename What>
    void later(base::Duration delay, What what);

    Stage& stage_;
    control::ControllerOptions options_;
    IngestDesk ingest_;
    std::unique_ptr<control::Controller> controller_{};
    int life_ = 0;
    int starts_ = 0;
    bool stays_down_ = false;
    std::uint64_t wakes_ = 0;
    std::map<kube::CallId, Stream> streams_{};
    std::set<kube::CallId> hung_up_{};
    base::Duration store_busy_until_{0};
    std::uint64_t turns_at_input_ = 0;
    std::uint64_t status_writes_ = 0;
    std::uint64_t other_writes_ = 0;
    std::map<std::string, std::uint64_t, std::less<>> calls_{};
};

}  // namespace sim
