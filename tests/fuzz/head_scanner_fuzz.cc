// Heads of requests from the network: scanning never crashes, says the same however the bytes
// arrive, and what passes keeps its promises.
#include "net/head_scanner.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

constexpr std::size_t kBytesMax = 1'024;

void require(bool fact) {
    if (!fact) std::abort();
}

void check(const net::ScannedHead& scanned, std::string_view text) {
    const net::RequestHead& head = scanned.head;
    require(scanned.bytes <= text.size() && scanned.bytes <= kBytesMax);
    require(text.substr(0, scanned.bytes).ends_with("\r\n\r\n"));
    require(head.target.starts_with('/') && !head.method.empty());
    require(head.headers.count("Host") == 1 && head.headers.count("Content-Length") <= 1);
    require(head.headers.count("Transfer-Encoding") == 0);
    require(head.headers.count("Authorization") <= 1);
    for (const net::HeaderField& field : head.headers.fields()) {
        require(!field.name.empty() && field.name.find(' ') == std::string::npos);
        require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const net::Scan whole = net::HeadScanner(kBytesMax).scan(text);
    net::HeadScanner slow(kBytesMax);
    net::Scan last = net::NeedMore{};
    for (std::size_t end = 1; end <= size && std::holds_alternative<net::NeedMore>(last); ++end) {
        last = slow.scan(text.substr(0, end));
    }
    require(last.index() == whole.index());
    if (const auto* scanned = std::get_if<net::ScannedHead>(&whole)) check(*scanned, text);
    return 0;
}
