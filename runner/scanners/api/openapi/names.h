// What names in specifications and answers mean. Pure.
#pragma once

#include "runner/scanners/api/openapi/model.h"

#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

// "userId", "user_id", "User-ID" → {"user", "id"}.
std::vector<std::string> words_of(std::string_view name);
// The words joined: "userid". Two spellings of one name are equal.
std::string plain_name(std::string_view name);
// "users" → "user", "categories" → "category". English, roughly.
std::string singular(std::string_view plain);

// Names under which credentials travel: Authorization, X-Api-Key, api_key, access_token,
// X-Auth-Token …
bool is_auth_carrier(std::string_view name);
// Sign-in, registration, token and password-reset operations: they may return tokens and answer 401
// by design.
bool is_login_like(const Operation& operation);
// Names that hold whom an object belongs to: owner, user, username, userId, createdBy, author …
bool is_owner_name(std::string_view name);
// Names that hold a person's login: username, user, login, email …
bool is_user_name(std::string_view name);

}  // namespace runner::api
