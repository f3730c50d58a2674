// Tokens and key sets from strangers.
#include "base/jwt.h"
#include "base/key_set.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto keys = base::KeySet::parse(text);
    if (keys && keys->size() == 0) std::abort();
    const auto token = base::parse_jwt(text);
    if (!token) return 0;
    // What is read stands on its own: the signed text is the token's beginning.
    if (!text.starts_with(token->signed_text + ".")) std::abort();
    static_cast<void>(base::check_times(*token, base::Instant{}, base::Duration{60'000}));
    return 0;
}
