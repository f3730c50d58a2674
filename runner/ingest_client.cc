#include "runner/ingest_client.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/os/random.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner {

using base::Duration;
using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kDigestHeader = "X-Scanfleet-Sha256";
// A chunk document may have 64 MiB; inputs too.
constexpr std::size_t kAnswerBytesMax = 80u << 20;
constexpr Duration kDelayMin{100};
constexpr Duration kDelayMax{5'000};

net::ClientOptions client_options(const Environment& environment) {
    net::ClientOptions options;
    options.user_agent = "scanfleet-runner/" SF_VERSION;
    options.retries_max = 0;  // the loop below knows the contract better
    options.redirects_max = 0;
    options.body_keep_max = kAnswerBytesMax;
    options.body_read_max = kAnswerBytesMax;
    options.first_byte_timeout = Duration(60'000);  // a commit waits for the disk
    options.request_timeout = Duration(120'000);
    std::error_code error;
    const auto ca = environment.work / "auth" / "ca.crt";
    if (std::filesystem::exists(ca, error)) options.tls.ca_file = ca.string();
    return options;
}

std::uint64_t random_number() {
    std::uint64_t number = 0;
    for (const char byte : base::os::random_bytes(8)) {
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    return number;
}

// Full jitter: anything between nothing and the doubled delay.
Duration jittered(int tries) {
    const auto ceiling = std::min(kDelayMax, kDelayMin * (std::int64_t{1} << std::min(tries, 6)));
    return Duration(static_cast<std::int64_t>(random_number() %
                                              static_cast<std::uint64_t>(ceiling.count() + 1)));
}

bool try_again(const net::Response& response) {
    return !response.ok() || response.status == 401 || response.status == 408 ||
           response.status == 429 || response.status >= 500;
}

std::string sentence_of(const net::Response& response) {
    if (!response.ok()) return response.failure_message;
    const auto body = base::parse_json(response.body);
    auto sentence = body ? base::get_string(*body, "error") : std::string();
    return sentence.empty() ? fmt::format("HTTP {}", response.status) : sentence;
}

}  // namespace

struct IngestClient::Impl {
    const Environment& environment;
    const base::Clock& clock;
    base::Ticks deadline;
    std::function<bool()> give_up;
    std::unique_ptr<net::Client> client;

    std::string url(std::string_view path) const {
        return fmt::format("{}/ingest/v1/jobs/{}/{}/{}/{}", environment.ingest_url,
                           environment.namespace_, environment.job, environment.run_id, path);
    }
    std::string attempt_path(std::string_view rest) const {
        return fmt::format("chunks/{}/attempts/{}{}", environment.chunk, environment.attempt, rest);
    }

    // Repeats until the answer is final.
    Result<net::Response> call(net::Request request);
    Result<net::Response> call_with_body(std::string_view method, std::string_view path,
                                         std::string body, std::string_view digest);
    Result<> wait(Duration delay, const std::string& why);
    Result<std::string> get(std::string_view path);
    Result<> put(std::string_view path, std::string body, std::string_view digest);
};

Result<> IngestClient::Impl::wait(Duration delay, const std::string& why) {
    const auto until = clock.ticks() + delay;
    if (until >= deadline)
        return fail(ErrorKind::Unavailable,
                    fmt::format("ingest: {}; no time left to try again", why));
    while (clock.ticks() < until) {
        if (give_up && give_up())
            return fail(ErrorKind::Cancelled, "gave up waiting for ingest: asked to stop");
        const auto slice =
            std::min(Duration(50), std::chrono::duration_cast<Duration>(until - clock.ticks()));
        client->poll(std::max(slice, Duration(1)));
    }
    return {};
}

Result<net::Response> IngestClient::Impl::call(net::Request request) {
    for (int tries = 0;; ++tries) {
        request.headers.set("Authorization", "Bearer " + TRY(read_token(environment)));
        const auto left = std::chrono::duration_cast<Duration>(deadline - clock.ticks());
        if (left <= Duration::zero()) return fail(ErrorKind::Unavailable, "ingest: no time left");
        auto response = client->fetch(
            request, {.timeout = std::min(left, Duration(120'000)), .retry = false}, give_up);
        if (response.failure == net::Failure::Cancelled) {
            return fail(ErrorKind::Cancelled, "gave up on ingest: asked to stop");
        }
        if (!try_again(response)) return response;
        auto delay = jittered(tries);
        if (const auto header = response.headers.get("Retry-After")) {
            if (const auto asked = net::parse_retry_after(*header, clock.wall()))
                delay = std::max(delay, *asked);
        }
        TRY(wait(std::min(delay, kDelayMax), sentence_of(response)));
    }
}

Result<net::Response> IngestClient::Impl::call_with_body(std::string_view method,
                                                         std::string_view path, std::string body,
                                                         std::string_view digest) {
    net::Request request{
        .method = std::string(method), .url = url(path), .headers = {}, .body = std::move(body)};
    if (!digest.empty()) request.headers.set(kDigestHeader, std::string(digest));
    request.headers.set("Content-Type", digest.empty() ? "application/json" : "application/gzip");
    return call(std::move(request));
}

namespace {

// The final answers that mean the same for every call.
Result<> refused(const net::Response& response) {
    const auto sentence = "ingest: " + sentence_of(response);
    if (response.status == 403) return fail(ErrorKind::Forbidden, sentence);
    if (response.status == 409) return fail(ErrorKind::Conflict, sentence);
    if (response.status == 410) return fail(ErrorKind::Cancelled, sentence);
    if (response.status == 413) return fail(ErrorKind::TooLarge, sentence);
    return fail(ErrorKind::Internal, sentence);
}

std::vector<std::string> strings_of(const base::Json& object, std::string_view key) {
    std::vector<std::string> strings;
    const auto* list = base::find(object, key);
    if (list == nullptr || !list->is_array()) return strings;
    for (const auto& item : *list) {
        if (item.is_string()) strings.push_back(item.get<std::string>());
    }
    return strings;
}

}  // namespace

Result<std::string> IngestClient::Impl::get(std::string_view path) {
    auto response = TRY(call({.method = "GET", .url = url(path), .headers = {}, .body = {}}));
    if (response.status != 200) TRY(refused(response));
    if (response.body_cut) return fail(ErrorKind::TooLarge, "ingest: answer beyond 80 MiB");
    return std::move(response.body);
}

Result<> IngestClient::Impl::put(std::string_view path, std::string body, std::string_view digest) {
    const auto response = TRY(call_with_body("PUT", path, std::move(body), digest));
    if (response.status == 200 || response.status == 201 || response.status == 204) return {};
    return refused(response);
}

IngestClient::IngestClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IngestClient::~IngestClient() = default;
IngestClient::IngestClient(IngestClient&&) noexcept = default;

Result<IngestClient> IngestClient::create(const Environment& environment, const base::Clock& clock,
                                          base::Ticks deadline, std::function<bool()> give_up) {
    auto client = TRY(net::Client::create(client_options(environment), clock));
    return IngestClient(std::make_unique<Impl>(environment, clock, deadline, std::move(give_up),
                                               std::move(client)));
}

void IngestClient::set_give_up(std::function<bool()> give_up) {
    impl_->give_up = std::move(give_up);
}

Result<ChunkWork> IngestClient::chunk_work() {
    const auto body = TRY(impl_->get(impl_->attempt_path("")));
    const auto json = TRY(base::with_context(
        base::parse_json(body, {.bytes_max = kAnswerBytesMax, .nodes_max = 50'000'000}),
        "chunk document"));
    const auto* chunk = base::find(json, "chunk");
    const auto* plan = base::find(json, "plan");
    if (chunk == nullptr || plan == nullptr)
        return fail(ErrorKind::Internal, "ingest: chunk document is incomplete");
    ChunkWork work;
    work.chunk = TRY(scan::parse_chunk(base::dump_json(*chunk)));
    work.plan = TRY(scan::parse_plan_head(base::dump_json(*plan)));
    work.done = strings_of(json, "done");
    work.suspect = strings_of(json, "suspect");
    return work;
}

Result<std::string> IngestClient::redaction_key() {
    const auto body = TRY(impl_->get("redaction-key"));
    const auto json = TRY(base::with_context(base::parse_json(body), "redaction key"));
    return base::hex_decode(base::get_string(json, "key"));
}

Result<std::string> IngestClient::input(std::string_view sha256) {
    auto bytes = TRY(impl_->get(fmt::format("inputs/{}", sha256)));
    if (base::sha256_hex(bytes) != sha256)
        return fail(ErrorKind::Internal, "ingest: input differs from its digest");
    return bytes;
}

Result<> IngestClient::put_input(std::string_view sha256, std::string_view bytes) {
    return impl_->put(fmt::format("inputs/{}", sha256), base::gzip(bytes), sha256);
}

Result<> IngestClient::put_plan(std::string_view lines) {
    return impl_->put("plan", base::gzip(lines), base::sha256_hex(lines));
}

Result<SegmentAnswer> IngestClient::put_segment(std::uint32_t number, std::string_view lines) {
    const auto path = impl_->attempt_path(fmt::format("/segments/{}", number));
    const auto response =
        TRY(impl_->call_with_body("PUT", path, base::gzip(lines), base::sha256_hex(lines)));
    if (response.status == 200) return SegmentAnswer{};
    if (response.status == 413) return SegmentAnswer{.kind = SegmentAnswer::Kind::TooLarge};
    if (response.status == 412) {
        const auto json = TRY(base::parse_json(response.body));
        return SegmentAnswer{.kind = SegmentAnswer::Kind::Wanted,
                             .wanted = static_cast<std::uint32_t>(base::get_int(json, "want"))};
    }
    TRY(refused(response));
    return SegmentAnswer{};
}

Result<> IngestClient::commit(const scan::Commit& commit) {
    const auto response = TRY(impl_->call_with_body("POST", impl_->attempt_path("/commit"),
                                                    scan::commit_to_json(commit), ""));
    if (response.status == 200) return {};
    return refused(response);
}

}  // namespace runner
