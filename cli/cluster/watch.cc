// scanfleet watch NAME
#include "base/json.h"
#include "base/os/clock.h"
#include "cli/cluster/follow.h"
#include "cli/cluster/session.h"
#include "kube/watcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace cli::cluster {

using base::Json;
using base::Result;

namespace {

constexpr int kInterrupted = 130;
// So that the live view's clock goes on.
constexpr base::Duration kRound{1'000};

// What is on the screen.
class Display {
public:
    Display(const Screen& screen, const Print& print) : screen_(screen), print_(print) {}

    void lines(const std::vector<std::string>& lines, bool ended) {
        if (!screen_.live) {
            for (const auto& line : lines) print_(line + "\n");
        } else if (ended && !lines.empty()) {
            erase();
            print_(lines.back() + "\n");
        }
    }

    void draw(const Json& job, base::Instant now) {
        if (!screen_.live) return;
        const auto text = render(model_of(job, now), screen_.width, screen_.height, screen_.colors);
        erase();
        print_(text);
        drawn_ = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    }

private:
    void erase() {
        if (drawn_ > 0) print_(fmt::format("\x1b[{}A\x1b[J", drawn_));
        drawn_ = 0;
    }

    const Screen& screen_;
    const Print& print_;
    int drawn_ = 0;
};

// The job's changes, until it has ended or is gone.
class Watch {
public:
    Watch(Session& session, const std::string& name, Json job, Display& display,
          const base::Clock& clock)
        : session_(session), display_(display), clock_(clock), job_(std::move(job)),
          watcher_({.resource = kScanJobs,
                    .namespace_ = session.where(),
                    .field_selector = "metadata.name=" + name},
                   ids_, [this](const kube::Change& change) { take(change); }) {
        show();
    }

    Result<int> run(base::os::SignalWatch& signals) {
        while (!follower_.exit_code()) {
            if (gone_) {
                return base::fail(base::ErrorKind::NotFound,
                                  "the ScanJob was deleted while it was watched");
            }
            step(signals.fd());
            signals.drain();
            if (signals.interrupts() + signals.terminations() > 0) return kInterrupted;
            if (!follower_.exit_code()) display_.draw(job_, clock_.wall());
        }
        return *follower_.exit_code();
    }

private:
    void step(int wake_fd) {
        kube::Outbox out;
        watcher_.tick(now(), out);
        send(out);
        auto wait = kRound;
        if (const auto at = watcher_.wake_at())
            wait = std::clamp(*at - clock_.ticks(), base::Duration{0}, kRound);
        for (const auto& event : session_.connection().poll(wait, wake_fd)) {
            kube::Outbox next;
            watcher_.take(event, now(), next);
            send(next);
        }
        const auto& trouble = watcher_.trouble();
        const auto message = trouble ? trouble->message : std::string();
        if (!message.empty() && message != told_)
            std::fprintf(stderr, "scanfleet: the watch is tried again: %s\n", message.c_str());
        told_ = message;
    }

    void send(kube::Outbox& out) {
        for (const auto id : out.hang_ups) session_.connection().hang_up(id);
        for (auto& call : out.calls) session_.connection().submit(std::move(call));
    }

    void take(const kube::Change& change) {
        switch (change.kind) {
        case kube::Change::Kind::ListStarted: listed_ = false; return;
        case kube::Change::Kind::ListEnded: gone_ = !listed_; return;
        case kube::Change::Kind::Gone: gone_ = true; return;
        case kube::Change::Kind::Put: break;
        }
        auto job = base::parse_json(change.object);
        if (!job) return;
        listed_ = true;
        gone_ = false;
        job_ = std::move(*job);
        show();
    }

    void show() {
        const auto lines = follower_.take(job_);
        display_.lines(lines, follower_.exit_code().has_value());
    }

    kube::Now now() const { return {clock_.wall(), clock_.ticks()}; }

    Session& session_;
    Display& display_;
    const base::Clock& clock_;
    Json job_;
    Follower follower_{};
    kube::CallIds ids_{1'000'000};  // beyond those of the session
    kube::Watcher watcher_;
    std::string told_{};
    bool listed_ = false;
    bool gone_ = false;
};

}  // namespace

Result<int> watch(const Flags& flags, const std::string& name, const Screen& screen,
                  base::os::SignalWatch& signals, const Print& print) {
    const auto& clock = base::os::system_clock();
    auto session = TRY(Session::open(flags, clock));
    // First a plain question: what is wrong is then told at once, and not tried again and again.
    auto job = TRY(fetch_job(session, name));
    Display display(screen, print);
    return Watch(session, name, std::move(job), display, clock).run(signals);
}

}  // namespace cli::cluster
