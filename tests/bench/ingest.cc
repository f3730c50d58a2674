// Stream lines a second through the whole of ingest: HTTP on loopback, gate, inflate, validate,
// embedded store, commit on disk, answer. Beside it, in the same run, what inflating and validating
// alone costs on one core.
#include "operator/api/ingest.h"
#include "base/digest.h"
#include "base/gzip.h"
#include "base/os/clock.h"
#include "base/os/file.h"
#include "bench/stream.h"
#include "net/server.h"
#include "operator/api/expected.h"
#include "operator/results/sqlite.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::uint32_t kClients = 6;
constexpr std::uint32_t kSegments = 30;
constexpr std::size_t kSegmentBytes = 1u << 20;
constexpr int kRounds = 3;
constexpr double kTarget = 500'000;

[[noreturn]] void die(const std::string& why) {
    fmt::print(stderr, "bench_ingest: {}\n", why);
    std::exit(1);
}

template <typename T>
T must(base::Result<T> result) {
    if (!result) die(result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double seconds_since(base::Ticks start) {
    return static_cast<double>((base::os::system_clock().ticks() - start).count()) / 1'000.0;
}

// Of the whole process: what is left when other programs take their share of the machine.
double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Stream {
    results::AttemptKey attempt;
    std::vector<results::PutSegment> segments;
    std::string digest;
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
};

// About one line in ten is a unit's.
Stream make_stream(const results::AttemptKey& attempt, std::uint64_t units) {
    Stream stream{.attempt = attempt, .segments = {}, .digest = ""};
    base::Sha256 digest;
    std::uint64_t number = static_cast<std::uint64_t>(attempt.chunk) * 10'000'000;
    std::uint64_t unit = static_cast<std::uint64_t>(attempt.chunk) * units;
    for (std::uint32_t n = 1; n <= kSegments; ++n) {
        auto bytes = n == 1 ? bench::meta_line(attempt) : std::string();
        while (bytes.size() < kSegmentBytes) {
            const auto id = bench::unit_id(unit);
            for (int i = 0; i < 9; ++i) bytes += scan::to_line(bench::finding(++number, id));
            bytes += scan::to_line(scan::UnitLine{.id = id, .ms = 5, .requests = 3});
            ++unit;
        }
        digest.update(bytes);
        stream.segments.push_back(bench::segment(attempt, n, bytes));
        stream.lines += stream.segments.back().facts.lines;
        stream.bytes += bytes.size();
    }
    stream.digest = digest.hex();
    return stream;
}

// One connection, blocking, one request after the other: as a runner sends.
class Caller {
public:
    explicit Caller(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            die("cannot connect");
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ~Caller() { ::close(fd_); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    // The status; 503 is asked again.
    int call(std::string_view method, const std::string& target, const std::string& token,
             const std::string& digest, const std::string& body) {
        const auto head =
            fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n"
                        "X-Scanfleet-Sha256: {}\r\nContent-Length: {}\r\n\r\n",
                        method, target, token, digest, body.size());
        for (;;) {
            send_all(head + body);
            const int status = read_status();
            if (status != 503) return status;
            std::this_thread::yield();
        }
    }

private:
    void send_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) die("the gate closed the connection");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    int read_status() {
        std::string answer;
        char buffer[4096];
        for (;;) {
            const auto end = answer.find("\r\n\r\n");
            if (end != std::string::npos) {
                const auto length = answer.find("ontent-Length: ");
                if (length == std::string::npos || length > end) die("an answer without length");
                const auto body = static_cast<std::size_t>(std::atol(answer.c_str() + length + 15));
                if (answer.size() >= end + 4 + body) return std::atoi(answer.c_str() + 9);
            }
            const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
            if (got <= 0) die("no answer");
            answer.append(buffer, static_cast<std::size_t>(got));
        }
    }

    int fd_;
};

void send_stream(int port, const Stream& stream, const std::string& token) {
    Caller caller(port);
    const auto& run = stream.attempt.run;
    const auto base =
        fmt::format("/ingest/v1/jobs/{}/{}/{}/chunks/{}/attempts/{}", run.namespace_, run.job,
                    run.run_id, stream.attempt.chunk, stream.attempt.attempt);
    for (const auto& segment : stream.segments) {
        const auto target = fmt::format("{}/segments/{}", base, segment.number);
        const int status = caller.call("PUT", target, token, segment.sha256, segment.gzip_body);
        if (status != 200) die(fmt::format("segment {}: HTTP {}", segment.number, status));
    }
    scan::Commit commit{.segments = kSegments, .bytes = stream.bytes, .sha256 = stream.digest};
    commit.status = scan::StreamStatus::Partial;
    const int status =
        caller.call("POST", base + "/commit", token, stream.digest, scan::commit_to_json(commit));
    if (status != 200) die(fmt::format("commit: HTTP {}", status));
}

struct Figures {
    double lines_per_second = 0;
    double segments_per_second = 0;
    double megabytes_per_second = 0;
    double cpu_micros_per_line = 0;  // clients, gate, ingest and store together
};

Figures measure(const base::os::Path& folder, int round, std::uint64_t units) {
    const auto run = bench::run_key(fmt::format("r{}", round));
    auto store = must(results::open_sqlite({.file = folder / fmt::format("{}.db", round)}));
    must(results::write_now(*store, results::OpenRun{.run = run,
                                                     .job_json = bench::job_json(units * kClients),
                                                     .created_at = {},
                                                     .redaction_key = std::string(32, 'k')}));
    must(results::write_now(*store, bench::plan(run, kClients, static_cast<std::uint32_t>(units))));
    api::ExpectedSet callers;
    api::Ingest ingest(*store, callers, {});
    auto gate = must(
        net::Gate::start({}, [&](const net::RequestHead& head) { return ingest.admit(head); }));
    std::vector<Stream> streams;
    for (std::uint32_t c = 0; c < kClients; ++c) {
        streams.push_back(make_stream({.run = run, .chunk = c, .attempt = 1}, units));
        callers.expect(streams.back().attempt, fmt::format("token-{}", c));
    }
    const double cpu = cpu_seconds();
    const auto start = base::os::system_clock().ticks();
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t c = 0; c < kClients; ++c) {
            threads.emplace_back(
                [&, c] { send_stream(gate->port(), streams[c], fmt::format("token-{}", c)); });
        }
    }
    const double seconds = seconds_since(start);
    const double cpu_used = cpu_seconds() - cpu;
    std::uint64_t lines = 0, bytes = 0;
    for (const auto& stream : streams) lines += stream.lines, bytes += stream.bytes;
    gate.reset();
    return {.lines_per_second = static_cast<double>(lines) / seconds,
            .segments_per_second = kClients * kSegments / seconds,
            .megabytes_per_second = static_cast<double>(bytes) / seconds / (1 << 20),
            .cpu_micros_per_line = cpu_used * 1e6 / static_cast<double>(lines)};
}

// What cannot be saved: inflate, digest, validation. Lines a second of CPU.
double alone(std::uint64_t units) {
    const auto stream =
        make_stream({.run = bench::run_key("alone"), .chunk = 0, .attempt = 1}, units);
    const double start = cpu_seconds();
    scan::LineParser parser;
    for (const auto& segment : stream.segments) {
        const auto bytes = must(base::gunzip(segment.gzip_body));
        if (base::sha256_hex(bytes) != segment.sha256) die("digest");
        must(scan::inspect_segment(parser, bytes, segment.number));
    }
    return static_cast<double>(stream.lines) / (cpu_seconds() - start);
}

}  // namespace

int main() {
    const auto folder = must(base::os::TempFolder::create("bench-ingest"));
    constexpr std::uint64_t kUnits = kSegments * 450;  // more than the lines of a stream need
    std::vector<Figures> rounds;
    for (int round = 0; round < kRounds; ++round)
        rounds.push_back(measure(folder.path(), round, kUnits));
    std::ranges::sort(rounds, {}, &Figures::lines_per_second);
    const auto& median = rounds[kRounds / 2];
    const double one_core = alone(kUnits);
    fmt::print("  {} clients, segments of 1 MiB, durable, median of {}: {:.0f} k lines/s "
               "({:.0f}–{:.0f}), {:.0f} "
               "segments/s, {:.0f} MiB/s\n",
               kClients, kRounds, median.lines_per_second / 1e3,
               rounds.front().lines_per_second / 1e3, rounds.back().lines_per_second / 1e3,
               median.segments_per_second, median.megabytes_per_second);
    fmt::print("  CPU of all parts, clients included: {:.2f} µs a line (two idle cores: {:.0f} k "
               "lines/s); "
               "{:.2f} µs of it for inflate, digest and validation\n",
               median.cpu_micros_per_line, 2e3 / median.cpu_micros_per_line, 1e6 / one_core);
    fmt::print("  target 500 k lines/s: {:.2f} × {}\n", median.lines_per_second / kTarget,
               median.lines_per_second >= kTarget ? "reached" : "MISSED");
}
