#include "operator/app/operator.h"

#include "base/json.h"
#include "base/jwt.h"
#include "base/log.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "kube/in_cluster.h"
#include "kube/kubeconfig.h"
#include "net/url.h"
#include "operator/app/cluster_ingest.h"
#include "operator/app/inbox.h"
#include "operator/app/merge_job.h"
#include "operator/app/worker.h"
#include "operator/results/sqlite.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>

namespace app {
namespace {

using base::Result;

// Everything waits for events; this only bounds how late a broken wake-up is noticed.
constexpr base::Duration kLongestWait{1'000};
// What SIGTERM grants calls in flight and the Lease.
constexpr base::Duration kStopGrace{4'000};
constexpr base::Duration kIdentityEvery{60'000};

Result<kube::ClusterConfig> cluster_of(const OperatorFlags& flags) {
    const auto environment = kube::process_environment();
    return kube::find_cluster({.file = flags.kubeconfig, .choice = {.context = flags.context}},
                              environment);
}

// Whose tokens the cluster's Pods have: asked of the cluster, else read from our own token.
Result<std::string> issuer_of(kube::Connection& connection, const kube::ClusterConfig& cluster) {
    kube::Request request;
    request.path = "/.well-known/openid-configuration";
    const auto answer = connection.fetch({.id = 1, .request = std::move(request)});
    if (!answer.error) {
        const auto document = base::parse_json(answer.body);
        if (document) {
            auto issuer = base::get_string(*document, "issuer");
            if (!issuer.empty()) return issuer;
        }
    }
    if (!cluster.login.token_file.empty()) {
        const auto token = base::os::read_file(cluster.login.token_file, base::kJwtBytesMax);
        if (token) {
            const auto jwt = base::parse_jwt(*token);
            if (jwt && !jwt->issuer.empty()) return jwt->issuer;
        }
    }
    return base::fail(base::ErrorKind::Unavailable,
                      "the cluster does not say who issues its tokens: " +
                          (answer.error ? answer.error->message : std::string("no issuer")));
}

Result<std::unique_ptr<net::IdentityKeeper>>
identity_of(const OperatorFlags& flags, const base::os::Path& data, base::Instant now) {
    if (!flags.tls_folder.empty()) return net::IdentityKeeper::mounted(flags.tls_folder, now);
    const auto url = TRY(net::parse_url(flags.ingest_url));
    std::vector<std::string> names = flags.ingest_names;
    names.push_back(url.host);
    return net::IdentityKeeper::own(data / "tls", names, now);
}

class Operator {
public:
    Operator(const OperatorFlags& flags, base::os::SignalWatch& signals)
        : flags_(flags), signals_(signals), clock_(base::os::system_clock()),
          data_(flags.store.parent_path()) {}

    Result<> run() {
        TRY(start());
        base::log::info("Started", {{"store", flags_.store.string()},
                                    {"ingest", flags_.ingest_url},
                                    {"version", SF_VERSION}});
        bool stopping = false;
        base::Ticks stop_by{};
        while (true) {
            wait();
            signals_.drain();
            const bool asked = signals_.interrupts() + signals_.terminations() > 0;
            if (asked && !stopping) {
                stopping = true;
                stop_by = clock_.ticks() + kStopGrace;
                base::log::info("Stopping");
                step(control::StopRequested{});
            }
            auto events = inbox_->take();
            if (events.empty()) events.emplace_back();
            for (const auto& event : events) step(event);
            ingest_->set_complete(controller_->is_ready() &&
                                  controller_->is_leader(clock_.ticks()));
            renew_identity();
            if (stopping && (controller_->is_stopped() || clock_.ticks() >= stop_by)) break;
        }
        base::log::info("Stopped");
        return {};
    }

private:
    Result<> start() {
        TRY(base::os::make_folders(data_));
        const auto cluster = TRY(cluster_of(flags_));
        identity_ = TRY(identity_of(flags_, data_, clock_.wall()));
        store_ = TRY(results::open_sqlite({.file = flags_.store}));
        inbox_ = TRY(Inbox::create());
        kube::ConnectionOptions options{.cluster = cluster,
                                        .environment = kube::process_environment(),
                                        .user_agent = kube::user_agent("scanfleet-operator")};
        auto connection = TRY(kube::Connection::create(std::move(options), clock_));
        const auto issuer = TRY(issuer_of(*connection, cluster));
        api_ = TRY(
            ApiThread::start(std::move(connection), [inbox = inbox_.get()](kube::CallEvent event) {
                inbox->post(std::move(event));
            }));
        const auto address = TRY(parse_address(flags_.ingest_address));
        ingest_ = TRY(ClusterIngest::start(
            *store_, clock_, identity_->identity(), *api_,
            {.address = address,
             .issuer = issuer,
             .on_event = [inbox = inbox_.get()](const api::IngestEvent& event) {
                 inbox->post(event);
             }}));
        controller_.emplace(controller_options(cluster));
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
            fmt::format("{}_{}", kube::value_in(kube::process_environment(), "HOSTNAME"),
                        base::os::random_token().substr(0, 8));
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
        auto effects = controller_->step(event, {clock_.wall(), clock_.ticks()});
        // Who may call comes before the Pods that will.
        for (const auto& order : effects.ingest) ingest_->order(order);
        for (auto& write : effects.writes) submit(std::move(write));
        for (const auto& run : effects.loads) load(run);
        for (auto& merge : effects.merges) start_merge(std::move(merge));
        api_->send(std::move(effects.kube));
        for (const auto& line : effects.log) {
            base::log::write(line.warning ? base::log::Level::Warn : base::log::Level::Info,
                             line.message,
                             {{"namespace", line.run.namespace_},
                              {"ScanJob", line.run.job},
                              {"err", line.detail}});
        }
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
            if (auto reloaded = ingest_->reload_certificate(); !reloaded)
                base::log::warn("The certificate could not be loaded again",
                                {{"err", reloaded.error().message()}});
        }
    }

    const OperatorFlags& flags_;
    base::os::SignalWatch& signals_;
    const base::Clock& clock_;
    base::os::Path data_;
    base::Ticks identity_due_{};

    // In order of dependence: what comes later ends first.
    std::unique_ptr<net::IdentityKeeper> identity_;
    std::unique_ptr<Inbox> inbox_;
    std::unique_ptr<results::ResultStore> store_;
    std::unique_ptr<ApiThread> api_;
    std::unique_ptr<ClusterIngest> ingest_;
    std::optional<control::Controller> controller_;
    Worker loads_;
    Worker merges_;
};

}  // namespace

Result<> run_operator(const OperatorFlags& flags, base::os::SignalWatch& signals) {
    return Operator(flags, signals).run();
}

}  // namespace app
