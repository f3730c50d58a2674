#include "runner/scanners/api/discovery/load.h"

#include "base/json.h"
#include "base/os/file.h"
#include "base/text.h"
#include "net/client.h"
#include "runner/scanners/api/discovery/target_scope.h"
#include "runner/scanners/api/openapi/bundle.h"

#include <fmt/format.h>

namespace runner::api {
namespace {

using base::Error;
using base::ErrorKind;
using base::Json;

// Documents beyond this are machine dumps; DocumentLimits holds the same bound.
constexpr std::size_t kDocumentBytesMax = 50u << 20;
constexpr int kServerErrorMin = 500;

std::unexpected<Stop> invalid(Error error) {
    return std::unexpected(
        Stop{scan::ExitCode::Config, std::move(error), scan::Reason::InvalidSpec});
}

struct Text {
    std::string bytes{};
    std::string url{};
    std::string peer_address{};
    std::string uri{};
};

const scan::ApiOptions& options_of(const DiscoveryContext& context) {
    return std::get<scan::ApiOptions>(context.job.spec.scanner);
}

std::expected<Text, Stop> judge_answer(const std::string& url, net::Response response) {
    if (response.failure == net::Failure::OutOfScope) {
        return std::unexpected(Stop{scan::ExitCode::Config,
                                    Error(ErrorKind::Forbidden, response.failure_message),
                                    scan::Reason::TargetForbidden});
    }
    if (!response.ok() || response.status >= kServerErrorMin) {
        const auto why = response.ok() ? fmt::format("it answered {}", response.status)
                                       : response.failure_message;
        return std::unexpected(
            Stop{scan::ExitCode::TargetUnavailable,
                 Error(ErrorKind::Unavailable,
                       fmt::format("the specification at {} cannot be fetched: {}", url, why)),
                 {}});
    }
    if (!response.is_2xx()) {
        return invalid(
            Error(ErrorKind::Invalid,
                  fmt::format(
                      "the specification at {} answered {}; check specUrl, or give the document by "
                      "specInline or a ConfigMap",
                      url, response.status)));
    }
    if (response.body_cut)
        return invalid(Error(ErrorKind::TooLarge,
                             fmt::format("the specification at {} is larger than 50 MB", url)));
    const auto effective = response.effective_url.empty() ? url : response.effective_url;
    return Text{std::move(response.body), effective, response.peer_address, url};
}

class Fetcher {
public:
    explicit Fetcher(const DiscoveryContext& context) : context_(context) {}

    std::expected<Text, Stop> fetch(const std::string& url) {
        if (auto ready = prepare(); !ready) return invalid(std::move(ready).error());
        net::Request request{.url = url};
        request.headers.set("Accept", "application/json, application/yaml, */*;q=0.5");
        request.headers.set("X-Scanfleet-Run", context_.run_id);
        return judge_answer(url, client_->fetch(std::move(request), {}, context_.stopped));
    }

private:
    base::Result<> prepare() {
        if (client_) return {};
        auto rules = TRY(scope_rules(context_.job, "", context_.local_mode));
        scope_.emplace(std::move(rules));
        net::ClientOptions options;
        options.body_keep_max = kDocumentBytesMax;
        options.body_read_max = kDocumentBytesMax + 1;
        options.request_timeout = std::chrono::seconds(120);  // a large document over a slow line
        options.scope = &*scope_;
        client_ = TRY(net::Client::create(std::move(options), context_.clock));
        return {};
    }

    const DiscoveryContext& context_;
    std::optional<net::Scope> scope_{};
    std::unique_ptr<net::Client> client_{};
};

base::Result<Text> from_file(const DiscoveryContext& context) {
    const auto& path = options_of(context).spec_url;
    if (!context.local_mode) {
        return base::fail(ErrorKind::Invalid,
                          fmt::format("specUrl '{}' must begin with http:// or https://; files are "
                                      "read in local mode only",
                                      base::ellipsize(path, 200)));
    }
    auto bytes =
        TRY(base::with_context(base::os::read_file(path, kDocumentBytesMax), "the specification"));
    return Text{.bytes = std::move(bytes), .uri = std::filesystem::path(path).filename().string()};
}

base::Result<Text> from_mount(const DiscoveryContext& context, const scan::KeyRef& reference) {
    if (!context.read_config) {
        return base::fail(
            ErrorKind::Invalid,
            fmt::format("the specification from '{}' is not mounted here; in local mode "
                        "name a file by specUrl",
                        reference.name));
    }
    auto bytes = TRY(base::with_context(
        context.read_config(reference.name, reference.key),
        fmt::format("the specification in '{}', key '{}'", reference.name, reference.key)));
    return Text{.bytes = std::move(bytes), .uri = reference.name + "/" + reference.key};
}

std::expected<Text, Stop> get_text(const DiscoveryContext& context, Fetcher& fetcher) {
    const auto& options = options_of(context);
    if (options.spec_url.starts_with("http://") || options.spec_url.starts_with("https://"))
        return fetcher.fetch(options.spec_url);
    base::Result<Text> text =
        base::fail(ErrorKind::Invalid, "the job names no specification: set scanner.api.specUrl");
    if (!options.spec_url.empty())
        text = from_file(context);
    else if (!options.spec_inline.empty())
        text = Text{.bytes = options.spec_inline, .uri = "specInline"};
    else if (options.spec_config_map_ref)
        text = from_mount(context, *options.spec_config_map_ref);
    else if (options.spec_secret_ref)
        text = from_mount(context, *options.spec_secret_ref);
    if (!text) return invalid(std::move(text).error());
    return std::move(*text);
}

base::Result<Json> fetch_json(Fetcher& fetcher, std::string_view url) {
    const auto text = fetcher.fetch(std::string(url));
    if (!text) return std::unexpected(text.error().error);
    const auto parsed = TRY(base::Document::parse(text->bytes));
    return parsed.root();
}

}  // namespace

std::expected<Loaded, Stop> load_specification(const DiscoveryContext& context) {
    Fetcher fetcher(context);
    auto text = get_text(context, fetcher);
    if (!text) return std::unexpected(std::move(text).error());
    auto source = base::with_context(base::Document::parse(text->bytes), text->uri);
    if (!source) return invalid(std::move(source).error());
    Loaded out{.source = std::move(*source),
               .url = text->url,
               .peer_address = text->peer_address,
               .uri = text->uri};
    auto document = std::make_shared<Json>(out.source.root());
    bundle(*document,
           {.remote_refs = options_of(context).remote_refs,
            .document_url = out.url,
            .fetch = [&](std::string_view url) { return fetch_json(fetcher, url); }},
           out.notices);
    out.document = std::move(document);
    return out;
}

}  // namespace runner::api
