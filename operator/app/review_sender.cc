#include "operator/app/review_sender.h"

#include "base/guarded.h"
#include "base/log.h"
#include "base/os/file.h"
#include "kube/connection.h"
#include "kube/endpoint.h"
#include "net/client.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace app {

using base::Result;

namespace {

constexpr std::string_view kPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
// Somebody waits for a page; and a stop must not wait for it.
constexpr base::Duration kTimeout{5'000};
constexpr base::Duration kRound{1'000};
constexpr base::Duration kAuthorityEvery{60'000};
constexpr std::size_t kAuthorityBytesMax = 1u << 20;
constexpr std::size_t kAnswerBytesMax = 256u << 10;

Result<net::TlsOptions> tls_of(const kube::ClusterConfig& cluster) {
    net::TlsOptions tls{.ca_pem = cluster.ca_pem, .verify = cluster.verify};
    if (tls.ca_pem.empty() && !cluster.ca_file.empty())
        tls.ca_pem = TRY(base::os::read_file(cluster.ca_file, kAuthorityBytesMax));
    return tls;
}

}  // namespace

struct ReviewSender::Impl {
    using Answered = std::move_only_function<void(Result<rights::ReviewAnswer>)>;
    struct Question {
        std::string token{};
        std::string body{};
        Answered answered{};
    };
    struct Waiting {
        std::vector<Question> questions{};
        bool stopped = false;
    };

    Impl(kube::ClusterConfig of, const base::Clock& with, int wake)
        : cluster(std::move(of)), clock(with), fd(wake) {}
    ~Impl() {
        if (thread.joinable()) {
            thread.request_stop();
            ring();
            thread.join();
        }
        ::close(fd);
    }

    void ring() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
    }

    void take_questions() {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(fd, &count, sizeof count);
        auto questions =
            waiting.with([](Waiting& all) { return std::exchange(all.questions, {}); });
        for (auto& question : questions) {
            net::Request request{.method = "POST",
                                 .url = url + std::string(kPath),
                                 .headers = {},
                                 .body = std::move(question.body)};
            for (const auto& host : hosts) request.headers.add("Host", host);
            request.headers.add("Authorization", "Bearer " + question.token);
            request.headers.add("Content-Type", "application/json");
            request.headers.add("Accept", "application/json");
            const auto id =
                client->submit(std::move(request),
                               {.timeout = kTimeout, .follow_redirects = false, .retry = false});
            asked.emplace(id, std::move(question.answered));
        }
    }

    void give(net::Client::Reply reply) {
        const auto found = asked.find(reply.id);
        if (found == asked.end()) return;
        auto answered = std::move(found->second);
        asked.erase(found);
        // Of a token that nobody knows the server reads no body: it answers and breaks off.
        const bool refused = reply.response.status == 401 || reply.response.status == 403;
        if (!reply.response.ok() && !refused) {
            base::log::warn("The API server could not be asked for a caller's rights",
                            {{"err", reply.response.failure_message}});
            return answered(
                base::fail(base::ErrorKind::Unavailable,
                           "the API server does not answer: " + reply.response.failure_message));
        }
        answered(rights::ReviewAnswer{.status = reply.response.status,
                                      .body = std::move(reply.response.body)});
    }

    void keep_authority() {
        if (clock.ticks() < authority_due || cluster.ca_file.empty()) return;
        authority_due = clock.ticks() + kAuthorityEvery;
        auto tls = tls_of(cluster);
        auto taken =
            tls ? client->set_tls(std::move(*tls)) : Result<>(std::unexpected(tls.error()));
        if (!taken)
            base::log::warn("The cluster's authority could not be read again",
                            {{"err", taken.error().message()}});
    }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            take_questions();
            for (auto& reply : client->poll(kRound, fd)) give(std::move(reply));
            keep_authority();
        }
        auto left = waiting.with([](Waiting& all) {
            all.stopped = true;
            return std::exchange(all.questions, {});
        });
        for (auto& [id, answered] : std::exchange(asked, {})) refuse(answered);
        for (auto& question : left) refuse(question.answered);
    }

    static void refuse(Answered& answered) {
        answered(base::fail(base::ErrorKind::Unavailable, "the operator stops"));
    }

    const kube::ClusterConfig cluster;
    const base::Clock& clock;
    const int fd;
    std::string url{};
    std::vector<std::string> hosts{};
    std::unique_ptr<net::Client> client{};
    base::Guarded<Waiting> waiting{};
    std::map<net::RequestId, Answered> asked{};
    base::Ticks authority_due{};
    std::jthread thread{};
};

ReviewSender::ReviewSender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReviewSender::~ReviewSender() = default;

Result<std::unique_ptr<ReviewSender>> ReviewSender::start(const kube::ClusterConfig& cluster,
                                                          const base::Clock& clock) {
    // Nothing of ours: neither a certificate nor whom we impersonate.
    kube::ClusterConfig nobody = cluster;
    nobody.login = {};
    const auto endpoint = TRY(kube::endpoint_of(nobody));
    net::ClientOptions options{.user_agent = kube::user_agent("scanfleet-operator"),
                               .request_timeout = kTimeout,
                               .body_keep_max = kAnswerBytesMax,
                               .body_read_max = kAnswerBytesMax,
                               .retries_max = 0,
                               .proxy = cluster.proxy,
                               .connect_to = endpoint.connect_to};
    options.tls = TRY(tls_of(nobody));
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) return base::fail(base::ErrorKind::Internal, "no event descriptor is left");
    auto impl = std::make_unique<Impl>(std::move(nobody), clock, fd);
    impl->url = endpoint.base;
    if (const auto host = endpoint.headers.get("Host")) impl->hosts.emplace_back(*host);
    impl->authority_due = clock.ticks() + kAuthorityEvery;
    impl->client = TRY(net::Client::create(std::move(options), clock));
    impl->thread =
        std::jthread([own = impl.get()](const std::stop_token& stop) { own->run(stop); });
    return std::unique_ptr<ReviewSender>(new ReviewSender(std::move(impl)));
}

void ReviewSender::send(std::string token, std::string body, Impl::Answered answered) {
    Impl::Question question{std::move(token), std::move(body), std::move(answered)};
    const bool stopped = impl_->waiting.with([&](Impl::Waiting& all) {
        if (!all.stopped) all.questions.push_back(std::move(question));
        return all.stopped;
    });
    if (stopped) return Impl::refuse(question.answered);
    impl_->ring();
}

void ReviewSender::stop() {
    if (!impl_->thread.joinable()) return;
    impl_->thread.request_stop();
    impl_->ring();
    impl_->thread.join();
}

}  // namespace app
