#include "operator/metrics/endpoint.h"

#include <utility>

namespace metrics {

namespace {

// Probes and a few scrapers; a gate for ingest allows far more.
constexpr std::size_t kConnectionsMax = 64;
constexpr base::Duration kIdleTimeout{30'000};
constexpr base::Duration kRetryAfter{1'000};

net::Reply text_reply(int status, std::string body) {
    return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

net::Admission answer(net::Reply reply) { return net::Refuse{.reply = std::move(reply)}; }

net::Reply probe(const std::function<base::Result<>()>& source) {
    const auto result = source();
    if (result) return text_reply(200, "ok\n");
    return text_reply(503, result.error().message() + "\n");
}

net::Reply refusal(rights::Answer answer) {
    switch (answer) {
    case rights::Answer::Unauthenticated: {
        auto reply = net::error_reply(401, "a bearer token that the cluster knows is needed");
        reply.headers.set("WWW-Authenticate", "Bearer");
        return reply;
    }
    case rights::Answer::Unavailable:
        return net::error_reply(503, "the cluster cannot be asked for your rights", kRetryAfter);
    case rights::Answer::No:
    case rights::Answer::Yes: break;
    }
    return net::error_reply(403, "reading metrics needs the verb get on the path /metrics");
}

}  // namespace

base::Result<std::unique_ptr<Endpoint>> Endpoint::start(const net::GateOptions& options,
                                                        EndpointSources sources) {
    net::GateOptions small;
    small.address = options.address;
    small.port = options.port;
    small.certificate_file = options.certificate_file;
    small.key_file = options.key_file;
    small.threads = 1;
    small.connections_max = kConnectionsMax;
    small.idle_timeout = kIdleTimeout;
    auto own = std::unique_ptr<Endpoint>(new Endpoint(std::move(sources)));
    own->gate_ = TRY(net::Gate::start(
        small, [self = own.get()](const net::RequestHead& head) { return self->admit(head); }));
    return own;
}

net::Admission Endpoint::admit(const net::RequestHead& head) {
    const std::string_view path = std::string_view(head.target).substr(0, head.target.find('?'));
    const bool is_probe =
        (path == "/healthz" && sources_->healthy) || (path == "/readyz" && sources_->ready);
    const bool is_metrics = path == "/metrics" && sources_->metrics;
    if (!is_probe && !is_metrics) return answer(net::error_reply(404, "no such path here"));
    if (head.method != "GET" && head.method != "HEAD") {
        auto reply = net::error_reply(405, "this path takes GET");
        reply.headers.set("Allow", "GET, HEAD");
        return answer(std::move(reply));
    }
    if (is_metrics) return admit_metrics(head);
    const auto& source = path == "/healthz" ? sources_->healthy : sources_->ready;
    return net::Accept{.handle = [&source](const std::string& /*body*/, net::Respond respond) {
        respond(probe(source));
    }};
}

net::Admission Endpoint::admit_metrics(const net::RequestHead& head) {
    std::string token(rights::token_in(head.headers));
    return net::Accept{.handle = [sources = sources_, token = std::move(token)](
                                     const std::string& /*body*/, net::Respond respond) {
        const auto tell = [sources](net::Respond& to) {
            auto reply = text_reply(200, sources->metrics());
            reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
            to(std::move(reply));
        };
        if (sources->rights == nullptr) return tell(respond);
        sources->rights->ask(token, {.verb = "get", .path = "/metrics"},
                             [tell, respond = std::move(respond)](rights::Answer answer) mutable {
                                 if (answer == rights::Answer::Yes) return tell(respond);
                                 respond(refusal(answer));
                             });
    }};
}

}  // namespace metrics
