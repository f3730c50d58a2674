// curl's result codes as ours. Pure.
#pragma once

#include "net/http.h"

#include <curl/curl.h>

#include <string_view>

namespace net {

// `detail` is the text of CURLOPT_ERRORBUFFER: curl uses one code for a reset and for broken
// chunks.
Failure failure_of(CURLcode code, std::string_view detail);

}  // namespace net
