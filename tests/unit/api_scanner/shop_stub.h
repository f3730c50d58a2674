// A shop to scan, with one switch per flaw and the decoys that a naive scanner would report.
#pragma once

#include "fakes/stub_api.h"

#include <set>
#include <string>

namespace runner::api {

using Flaws = std::set<std::string>;

// Flaws: auth, exposure, cors, leak, 5xx, bola, bola-names, secret-books. alice and bob call with
// "Bearer token-<name>".
fakes::StubApi::Handler shop(Flaws flaws);
enum class Books { Left, Described };
std::string shop_specification(Books books = Books::Left);

}  // namespace runner::api
