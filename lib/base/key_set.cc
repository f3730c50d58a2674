#include "base/key_set.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/core.h>

#include <utility>

namespace base {
namespace {

// A cluster has a handful: the key that signs and those it had before.
constexpr std::size_t kKeysMax = 64;
constexpr JsonLimits kLimits{.bytes_max = 1u << 20, .depth_max = 8, .nodes_max = 10'000};

Result<std::string> bytes_of(const Json& key, std::string_view member) {
    return base64_decode(get_string(key, member));
}

Result<PublicKey> rsa_from(const Json& key) {
    const auto modulus = TRY(bytes_of(key, "n"));
    const auto exponent = TRY(bytes_of(key, "e"));
    return PublicKey::rsa(modulus, exponent);
}

Result<PublicKey> curve_from(const Json& key) {
    const auto curve = get_string(key, "crv");
    if (curve != "P-256")
        return fail(ErrorKind::Invalid, fmt::format("keys of curve '{}' are not taken", curve));
    const auto x = TRY(bytes_of(key, "x"));
    const auto y = TRY(bytes_of(key, "y"));
    return PublicKey::p256(x, y);
}

Result<PublicKey> key_from(const Json& key) {
    if (get_string(key, "kid").empty()) return fail(ErrorKind::Invalid, "a key has no id");
    if (get_string(key, "use", "sig") != "sig")
        return fail(ErrorKind::Invalid, "a key is not for signatures");
    const auto type = get_string(key, "kty");
    if (type != "RSA" && type != "EC")
        return fail(ErrorKind::Invalid, fmt::format("keys of type '{}' are not taken", type));
    auto made = TRY(type == "RSA" ? rsa_from(key) : curve_from(key));
    const auto algorithm = get_string(key, "alg", to_string(made.algorithm()));
    if (algorithm != to_string(made.algorithm()))
        return fail(ErrorKind::Invalid, fmt::format("keys for {} are not taken", algorithm));
    return made;
}

}  // namespace

Result<> KeySet::add(std::string id, PublicKey key) {
    const auto [old, added] = keys_.try_emplace(std::move(id), std::move(key));
    // `key` is still there where nothing was added.
    if (added || old->second == key) return {};  // NOLINT(bugprone-use-after-move)
    return fail(ErrorKind::Invalid, fmt::format("two keys have the id '{}'", old->first));
}

Result<KeySet> KeySet::parse(std::string_view json) {
    const auto document = TRY(with_context(parse_json(json, kLimits), "read the key set"));
    const Json* const list = base::find(document, "keys");
    if (list == nullptr || !list->is_array())
        return fail(ErrorKind::Invalid, "a key set has a list 'keys' (RFC 7517 §5)");
    if (list->size() > kKeysMax) {
        return fail(ErrorKind::TooLarge, fmt::format("a key set of {} keys; at most {} are read",
                                                     list->size(), kKeysMax));
    }
    KeySet set;
    std::string why = "it is empty";
    for (const Json& entry : *list) {
        auto key = key_from(entry);
        if (!key) {
            if (why == "it is empty") why = key.error().message();
            continue;
        }
        TRY(set.add(get_string(entry, "kid"), std::move(*key)));
    }
    if (set.keys_.empty())
        return fail(ErrorKind::Invalid, "the key set has no key that can be used: " + why);
    return set;
}

const PublicKey* KeySet::find(std::string_view key_id) const {
    const auto key = keys_.find(key_id);
    return key == keys_.end() ? nullptr : &key->second;
}

}  // namespace base
