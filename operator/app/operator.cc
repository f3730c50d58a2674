#include "operator/app/operator.h"

#include "base/log.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "operator/app/cluster_ingest.h"
#include "operator/app/front.h"
#include "operator/app/inbox.h"
#include "operator/app/leader_label.h"
#include "operator/app/merge_job.h"
#include "operator/app/setup.h"
#include "operator/app/stop_limit.h"
#include "operator/app/worker.h"
#include "operator/results/sqlite.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>

namespace app {
namespace {

using base::Result;

// Everything waits for events; this only bounds how late a broken wake-up is noticed.
constexpr base::Duration kLongestWait{1'000};
// What SIGTERM grants calls in flight and the Lease, and all in all.
constexpr base::Duration kStopGrace{2'500};
constexpr base::Duration kStopLimit{4'500};
constexpr base::Duration kLookEvery{1'000};
constexpr base::Duration kIdentityEvery{60'000};

class Operator {
public:
    Operator(const OperatorFlags& flags, base::os::SignalWatch& signals)
        : flags_(flags), signals_(signals), clock_(base::os::system_clock()),
          environment_(kube::process_environment()), data_(flags.store.parent_path()),
          probes_(clock_),
          label_({.namespace_ = variable("POD_NAMESPACE"), .name = variable("POD_NAME")}) {}

    // `stopping` is told the moment when a stop was asked for.
    Result<> run(const std::function<void()>& stopping) {
        if (!TRY(start())) return {};
        base::log::info("Started", {{"store", flags_.store.string()},
                                    {"ingest", flags_.ingest_url},
                                    {"version", SF_VERSION}});
        std::optional<base::Ticks> stop_by;
        while (true) {
            wait();
            signals_.drain();
            const bool asked = signals_.interrupts() + signals_.terminations() > 0;
            if (asked && !stop_by) {
                stop_by = clock_.ticks() + kStopGrace;
                stopping();
                base::log::info("Stopping");
                probes_.set_waiting_for("the operator stops");
                step(control::StopRequested{});
            }
            auto events = inbox_->take();
            if (events.empty()) events.emplace_back();
            for (const auto& event : events) step(event);
            look_around(stop_by.has_value());
            if (stop_by && (controller_->is_stopped() || clock_.ticks() >= *stop_by)) break;
        }
        base::log::info("Stopped");
        return {};
    }

private:
    std::string variable(std::string_view name) const {
        return std::string(kube::value_in(environment_, name));
    }

    // False: asked to stop before it began.
    Result<bool> start() {
        TRY(base::os::make_folders(data_));
        health_ = TRY(start_probes(flags_, probes_));
        const auto cluster = TRY(cluster_of(flags_));
        telemetry_.emplace(host_of(cluster));
        identity_ = TRY(identity_of(flags_, data_, clock_.wall()));
        auto connection = TRY(connect(cluster));
        const auto issuer = TRY(wait_for_issuer(*connection, cluster, probes_, signals_));
        if (!issuer) return false;
        store_ = TRY(results::open_sqlite({.file = flags_.store}));
        inbox_ = TRY(Inbox::create());
        api_ = TRY(
            ApiThread::start(std::move(connection), [inbox = inbox_.get()](kube::CallEvent event) {
                inbox->post(std::move(event));
            }));
        TRY(serve(cluster, *issuer));
        controller_.emplace(controller_options(cluster));
        return true;
    }

    Result<std::unique_ptr<kube::Connection>> connect(const kube::ClusterConfig& cluster) {
        kube::ConnectionOptions options{.cluster = cluster,
                                        .environment = environment_,
                                        .user_agent = kube::user_agent("scanfleet-operator")};
        options.on_call = [own = &*telemetry_](const auto& key, const auto& sample) {
            own->called(key, sample);
        };
        return kube::Connection::create(std::move(options), clock_);
    }

    Result<> serve(const kube::ClusterConfig& cluster, const std::string& issuer) {
        const auto address = TRY(parse_address(flags_.ingest_address));
        ingest_ = TRY(ClusterIngest::start(
            *store_, clock_, identity_->identity(), *api_,
            {.address = address,
             .issuer = issuer,
             .on_event = [inbox = inbox_.get()](const api::IngestEvent& event) {
                 inbox->post(event);
             }}));
        front_ = TRY(Front::start({.flags = flags_,
                                   .cluster = cluster,
                                   .identity = identity_->identity(),
                                   .store = *store_,
                                   .runs = data_ / "runs",
                                   .telemetry = *telemetry_,
                                   .clock = clock_}));
        return {};
    }

    control::ControllerOptions controller_options(const kube::ClusterConfig& cluster) {
        control::ControllerOptions out{.namespace_ = flags_.namespace_};
        out.run.pods.runner_image = flags_.runner_image;
        out.run.pods.limits.images = flags_.allowed_images;
        out.run.pods.limits.service_accounts = flags_.allowed_accounts;
        out.run.pods.image_pull_policy = flags_.image_pull_policy;
        out.run.pods.ingest_url = flags_.ingest_url;
        out.run.pods.ingest_ca = identity_->identity().ca_pem;
        out.run.flags.retry_base = std::chrono::seconds(flags_.retry_seconds);
        const std::string identity =
            fmt::format("{}_{}", variable("HOSTNAME"), base::os::random_token().substr(0, 8));
        out.events.controller = "scanfleet.dev/operator";
        out.events.instance = identity;
        if (flags_.leader_elect) {
            const auto& own = flags_.lease_namespace;
            out.election =
                kube::LeaderOptions{.lease = {.namespace_ = own.empty() ? cluster.namespace_ : own,
                                              .name = "scanfleet-operator"},
                                    .identity = identity};
        }
        return out;
    }

    void wait() {
        auto longest = kLongestWait;
        if (const auto at = controller_->wake_at())
            longest = std::clamp(*at - clock_.ticks(), base::Duration{0}, kLongestWait);
        pollfd fds[] = {{.fd = inbox_->fd(), .events = POLLIN, .revents = 0},
                        {.fd = signals_.fd(), .events = POLLIN, .revents = 0}};
        ::poll(fds, 2, static_cast<int>(longest.count()));
    }

    void step(const control::Event& event) {
        telemetry_->step_starts();
        auto effects = controller_->step(event, {clock_.wall(), clock_.ticks()});
        telemetry_->step_ended(effects);
        // Who may call comes before the Pods that will.
        for (const auto& order : effects.ingest) ingest_->order(order);
        for (auto& write : effects.writes) submit(std::move(write));
        for (const auto& run : effects.loads) load(run);
        for (auto& merge : effects.merges) start_merge(std::move(merge));
        api_->send(std::move(effects.kube));
        for (const auto& line : effects.log) {
            base::log::write(line.warning ? base::log::Level::Warn : base::log::Level::Info,
                             line.message,
                             {{"controller", "scanjob"},
                              {"namespace", line.run.namespace_},
                              {"name", line.run.job},
                              {"runID", line.run.run_id},
                              {"err", line.detail}});
        }
    }

    // What follows from the state of things, and not from an event.
    void look_around(bool stopping) {
        const auto now = clock_.ticks();
        const bool leads = controller_->is_leader(now);
        probes_.beat();
        if (!stopping) probes_.set_waiting_for(waits_for());
        ingest_->set_complete(controller_->knows_callers() && leads);
        if (auto request = label_.due(leads, now)) {
            api_->ask(std::move(*request), [this](const kube::Answer& answer) {
                label_.answered(answer, clock_.ticks());
            });
        }
        renew_identity();
        if (now < look_due_) return;
        look_due_ = now + kLookEvery;
        telemetry_->look(controller_->counts(), leads);
    }

    std::string waits_for() const {
        if (controller_->is_ready()) return {};
        const auto trouble = controller_->trouble();
        return "ScanJobs and Pods of the cluster have not been read yet" +
               (trouble ? ": " + *trouble : std::string());
    }

    void submit(control::Desk::NewWrite write) {
        if (auto* open = std::get_if<results::OpenRun>(&write.write);
            open != nullptr && open->redaction_key.empty()) {
            open->redaction_key = base::os::random_bytes(32);
        }
        store_->submit(std::move(write.write),
                       [inbox = inbox_.get(), ticket = write.ticket](Result<> done) {
                           inbox->post(control::WriteDone{ticket, std::move(done)});
                       });
    }

    void load(const results::RunKey& run) {
        loads_.add([store = store_.get(), inbox = inbox_.get(), run] {
            inbox->post(control::RunLoaded{run, store->load(run)});
        });
    }

    void start_merge(control::MergeOrder order) {
        merges_.add(
            [store = store_.get(), inbox = inbox_.get(), data = data_, order = std::move(order)] {
                inbox->post(control::MergeDone{order.run, merge_job(*store, data, order)});
            });
    }

    void renew_identity() {
        if (clock_.ticks() < identity_due_) return;
        identity_due_ = clock_.ticks() + kIdentityEvery;
        const auto changed = identity_->refresh(clock_.wall());
        if (!changed) {
            base::log::warn("The certificate could not be renewed",
                            {{"err", changed.error().message()}});
        } else if (*changed) {
            for (const auto& reloaded :
                 {ingest_->reload_certificate(), front_->reload_certificate()}) {
                if (reloaded) continue;
                base::log::warn("The certificate could not be loaded again",
                                {{"err", reloaded.error().message()}});
            }
        }
    }

    const OperatorFlags& flags_;
    base::os::SignalWatch& signals_;
    const base::Clock& clock_;
    const kube::Environment environment_;
    base::os::Path data_;
    base::Ticks identity_due_{};
    base::Ticks look_due_{};

    // In order of dependence: what comes later ends first.
    Probes probes_;
    LeaderLabel label_;
    std::unique_ptr<metrics::Endpoint> health_;
    std::optional<Telemetry> telemetry_;
    std::unique_ptr<net::IdentityKeeper> identity_;
    std::unique_ptr<Inbox> inbox_;
    std::unique_ptr<results::ResultStore> store_;
    std::unique_ptr<ApiThread> api_;
    std::unique_ptr<ClusterIngest> ingest_;
    std::unique_ptr<Front> front_;
    std::optional<control::Controller> controller_;
    Worker loads_;
    Worker merges_;
};

}  // namespace

Result<> run_operator(const OperatorFlags& flags, base::os::SignalWatch& signals) {
    std::optional<StopLimit> limit;  // outlives what it bounds
    return Operator(flags, signals).run([&] { limit.emplace(kStopLimit); });
}

}  // namespace app
