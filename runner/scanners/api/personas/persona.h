// Somebody the scanner can act as: what their requests carry.
#pragma once

#include "base/result.h"
#include "net/http.h"
#include "runner/scanner.h"
#include "runner/scanners/api/openapi/model.h"
#include "scan/job.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runner::api {

struct Persona {
    std::string name;
    scan::PersonaRole role = scan::PersonaRole::User;
    std::string peer_of{};
    // What is added to each request.
    std::vector<net::HeaderField> headers{};
    std::vector<std::pair<std::string, std::string>> query{};
    std::vector<std::pair<std::string, std::string>> cookies{};
    // Names and ids this persona is known by: its user name, and the subject of its token. Small
    // letters, sorted.
    std::vector<std::string> identities{};
    std::string username{};
    // Login only.
    const scan::Persona* config = nullptr;
    bool usable = true;
    std::string failure{};

    bool is(std::string_view identity) const;
};

// All personas of the job but the logins' tokens. Invalid: a credential or a file of it is missing;
// the sentence says which file is wanted.
base::Result<std::vector<Persona>> make_personas(const scan::ApiOptions& options,
                                                 const Credentials& credentials,
                                                 const Specification& specification);

// Adds what the persona carries; cookies are joined with those of the request.
void dress(net::Request& request, const Persona& persona);

// Puts a token where the login step says, in place of an earlier one, and learns identities from
// it.
void take_token(Persona& persona, const scan::LoginStep& step, const std::string& token);

// Claims of a JWT that name its subject (sub, username, email, user_id …); empty for other tokens.
// Small letters.
std::vector<std::string> subjects_of_token(std::string_view token);

// The literal values that must not show in evidence: of headers, queries and cookies.
std::vector<std::string> secrets_of(const Persona& persona);

}  // namespace runner::api
