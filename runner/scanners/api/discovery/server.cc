#include "runner/scanners/api/discovery/server.h"

#include "base/text.h"
#include "runner/scanners/api/discovery/target_scope.h"

#include <fmt/format.h>

#include <optional>

namespace runner::api {
namespace {

using base::Error;
using base::ErrorKind;

bool names_port(const std::string& written, const net::Url& url) {
    return written.find(url.host + ":" + std::to_string(url.port)) != std::string::npos;
}

std::string label_of(int index, const net::Url& url, bool with_port) {
    return with_port ? fmt::format("servers[{}] {}:{}", index, url.host, url.port)
                     : fmt::format("servers[{}] {}", index, url.host);
}

std::optional<net::Url> absolute(const std::string& written, const std::string& document_url) {
    if (written.find('{') != std::string::npos) return std::nullopt;
    if (auto url = net::parse_url(written)) return *url;
    const auto base_url = net::parse_url(document_url);
    if (!base_url) return std::nullopt;
    auto url = net::resolve(*base_url, written);
    return url ? std::optional(*url) : std::nullopt;
}

}  // namespace

std::expected<ChosenServer, Stop> choose_server(const scan::Job& job,
                                                const Specification& specification,
                                                const std::string& document_url) {
    const auto& options = std::get<scan::ApiOptions>(job.spec.scanner);
    if (!options.server_url.empty()) {
        auto url = net::parse_url(options.server_url);
        if (!url)
            return std::unexpected(Stop{scan::ExitCode::Config,
                                        std::move(url).error().in_context("serverUrl"),
                                        scan::Reason::InvalidSpec});
        return ChosenServer{*url, label_of(0, *url, false)};
    }
    const auto document = net::parse_url(document_url);
    std::string foreign;
    for (const auto& server : specification.servers) {
        const auto url = absolute(server.url, document_url);
        if (!url) continue;
        const bool trusted = !document || url->host == document->host || is_allowed_host(job, *url);
        if (trusted)
            return ChosenServer{*url, label_of(server.index, *url, names_port(server.url, *url))};
        if (foreign.empty()) foreign = url->host;
    }
    if (!foreign.empty()) {
        return std::unexpected(Stop{
            scan::ExitCode::Config,
            Error(ErrorKind::Forbidden,
                  fmt::format("the specification names the server '{}', which is not the host it "
                              "came from; add it to spec.target.allowedHosts or set serverUrl",
                              foreign)),
            scan::Reason::TargetForbidden});
    }
    return std::unexpected(Stop{
        scan::ExitCode::Config,
        Error(ErrorKind::Invalid, "the specification names no server with an absolute http(s) URL; "
                                  "set scanner.api.serverUrl"),
        scan::Reason::InvalidSpec});
}

}  // namespace runner::api
