#include "net/curl_failure.h"

#include <algorithm>
#include <array>

namespace net {
namespace {

// CURLcode has some hundred values, aliases among them, so a table and no switch; what is not here
// is the peer's fault.
struct Row {
    CURLcode code;
    Failure failure;
};

constexpr std::array kRows = {
    Row{CURLE_COULDNT_RESOLVE_HOST, Failure::Connect},
    Row{CURLE_COULDNT_RESOLVE_PROXY, Failure::Connect},
    Row{CURLE_COULDNT_CONNECT, Failure::Connect},
    Row{CURLE_PROXY, Failure::Connect},
    Row{CURLE_INTERFACE_FAILED, Failure::Connect},
    Row{CURLE_OPERATION_TIMEDOUT, Failure::TimedOut},
    Row{CURLE_SSL_CONNECT_ERROR, Failure::Tls},
    Row{CURLE_PEER_FAILED_VERIFICATION, Failure::Tls},
    Row{CURLE_SSL_CERTPROBLEM, Failure::Tls},
    Row{CURLE_SSL_CIPHER, Failure::Tls},
    Row{CURLE_SSL_CACERT_BADFILE, Failure::Tls},
    Row{CURLE_SSL_ISSUER_ERROR, Failure::Tls},
    Row{CURLE_SSL_CLIENTCERT, Failure::Tls},
    Row{CURLE_SSL_ENGINE_INITFAILED, Failure::Tls},
    Row{CURLE_USE_SSL_FAILED, Failure::Tls},
    Row{CURLE_PARTIAL_FILE, Failure::Reset},
    Row{CURLE_GOT_NOTHING, Failure::Reset},
    Row{CURLE_SEND_ERROR, Failure::Reset},
    Row{CURLE_RECV_ERROR, Failure::Reset},
    Row{CURLE_HTTP2_STREAM, Failure::Reset},
    // What curl makes of a request that met the peer's GOAWAY.
    Row{CURLE_HTTP2, Failure::Reset},
    Row{CURLE_URL_MALFORMAT, Failure::BadRequest},
    Row{CURLE_BAD_FUNCTION_ARGUMENT, Failure::BadRequest},
};

}  // namespace

Failure failure_of(CURLcode code, std::string_view detail) {
    if (code == CURLE_OK) return Failure::None;
    const bool framing = detail.contains("chunked-encoding") || detail.contains("response headers");
    if (code == CURLE_RECV_ERROR && framing) return Failure::BadAnswer;
    const auto row =
        std::find_if(kRows.begin(), kRows.end(), [code](const Row& r) { return r.code == code; });
    return row == kRows.end() ? Failure::BadAnswer : row->failure;
}

}  // namespace net
