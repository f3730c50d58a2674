// A client with short limits against a scripted server on loopback.
#pragma once

#include "base/os/clock.h"
#include "fakes/raw_server.h"
#include "net/client.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace net {

using base::Duration;
using fakes::http_answer;
using fakes::RawConnection;
using fakes::RawServer;

// Long enough that only a hang reaches it.
constexpr Duration kLong{20'000};
// For limits that a test wants to see broken.
constexpr Duration kShort{60};

inline std::unique_ptr<Client> make_client(ClientOptions options = {}) {
    options.request_timeout = std::min(options.request_timeout, kLong);
    auto client = Client::create(std::move(options), base::os::system_clock());
    if (!client) ADD_FAILURE() << client.error().message();
    return std::move(*client);
}

inline Response fetch(const std::string& url, ClientOptions options = {},
                      RequestOptions request_options = {.retry = false}) {
    return make_client(std::move(options))->fetch({.url = url}, request_options);
}

// The answers of all, in order of their arrival.
inline std::vector<Client::Reply> wait_for(Client& client, std::size_t count) {
    std::vector<Client::Reply> replies;
    while (replies.size() < count) {
        auto more = client.poll(kLong);
        if (more.empty()) break;
        for (auto& reply : more) replies.push_back(std::move(reply));
    }
    return replies;
}

inline std::string word(const Response& response) {
    return std::string(to_string(response.failure));
}

}  // namespace net
