// URLs and references from the network: parsing never crashes, and what it accepts reads back as
// the same.
#include "net/scope.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool fact) {
    if (!fact) std::abort();
}

void check(const net::Url& url) {
    auto bare = url;
    bare.userinfo.clear();
    const auto again = net::parse_url(url.text());
    require(again.has_value() && *again == bare);
    require(url.port >= 1 && url.port <= 65'535 && url.path.starts_with('/'));
    require(url.text().find_first_of("\r\n\t #") == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto url = net::parse_url(text)) check(*url);
    const net::Url base_url{
        .scheme = "http", .host = "shop.example", .port = 80, .path = "/a/b", .query = "q"};
    if (const auto url = net::resolve(base_url, text)) check(*url);
    if (const auto entry = net::parse_allowed_host(text)) require(!entry->host.empty());
    if (const auto address = net::parse_ip(text))
        require(net::parse_ip(address->text())->bytes == address->bytes);
    return 0;
}
