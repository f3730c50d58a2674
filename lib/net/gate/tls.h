// The server's side of TLS. Private to lib/net.
#pragma once

#include "base/guarded.h"
#include "base/result.h"

#include <memory>
#include <string>
#include <utility>

namespace boost::asio::ssl {
class context;
}

namespace net::gate {

// TLS 1.2 and 1.3. Invalid: certificate or key unreadable, or they do not belong together.
base::Result<std::shared_ptr<boost::asio::ssl::context>>
load_tls(const std::string& certificate_file, const std::string& key_file);

// The context of new connections; it may be replaced while the gate runs. Any thread.
class TlsBox {
public:
    using Context = std::shared_ptr<boost::asio::ssl::context>;
    explicit TlsBox(Context context) : is_used_(context != nullptr), context_(std::move(context)) {}

    bool is_used() const { return is_used_; }  // false: plain HTTP
    Context current() const {
        return context_.with([](const Context& context) { return context; });
    }
    void replace(Context context) {
        context_.with([&](Context& held) { held = std::move(context); });
    }

private:
    const bool is_used_;
    base::Guarded<Context> context_;
};

}  // namespace net::gate
