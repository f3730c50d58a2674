// The login step: what is sent, and what is learnt from the answer. Pure.
#pragma once

#include "base/result.h"
#include "net/http.h"
#include "runner/scanners/api/openapi/model.h"
#include "runner/scanners/api/personas/persona.h"

#include <map>
#include <string>

namespace runner::api {

// `files` holds `username` and `password`. Invalid: the step names an operation that is neither
// "METHOD /path" nor an operationId of the document.
base::Result<net::Request> login_request(const scan::LoginStep& step,
                                         const std::map<std::string, std::string>& files,
                                         const Specification& specification,
                                         const std::string& server_url);

// Takes token and cookies from the answer. Forbidden: it was refused, or there is neither a token
// nor a cookie in it; the sentence says where it was looked for. Without `tokenPath` the usual
// names are tried (token, access_token, auth_token, jwt …), down to four levels.
base::Result<> take_login(Persona& persona, const scan::LoginStep& step,
                          const net::Response& answer);

}  // namespace runner::api
