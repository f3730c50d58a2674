// The server's side of TLS. Private to lib/net.
#pragma once

#include "base/result.h"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace net::gate {

// TLS 1.2 and 1.3. Invalid: certificate or key unreadable, or they do not belong together.
base::Result<std::shared_ptr<boost::asio::ssl::context>>
load_tls(const std::string& certificate_file, const std::string& key_file);

}  // namespace net::gate
