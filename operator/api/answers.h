// Store and parser failures as HTTP answers: the table of docs/formats/ingest.md in code. Pure.
#pragma once

#include "base/result.h"
#include "net/server.h"

namespace api {

// 400 Invalid, 403 Forbidden, 404 NotFound, 409 Conflict, 410 Cancelled, 412 with "want", 413
// TooLarge, 500 Internal, 503 with Retry-After for what may work later.
net::Reply answer_for(const base::Error& error);
net::Reply done_answer();  // 200, {}
net::Reply busy_answer(std::string_view sentence);

}  // namespace api
