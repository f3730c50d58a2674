// A JSON Web Key Set (RFC 7517) as the keys we can check with.
#pragma once

#include "base/public_key.h"
#include "base/result.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace base {

// A value; any thread.
class KeySet {
public:
    // Keys without an id, for encryption, of other kinds (RS512, P-384, …) or unsound are left out.
    // Invalid: no key set, no key that can be used (the message says why of the first), two
    // different keys of one id. TooLarge: more than 1 MiB or 64 keys.
    static Result<KeySet> parse(std::string_view json);

    // nullptr: unknown. Valid as long as the set.
    const PublicKey* find(std::string_view key_id) const;
    std::size_t size() const { return keys_.size(); }

private:
    Result<> add(std::string id, PublicKey key);

    std::map<std::string, PublicKey, std::less<>> keys_;
};

}  // namespace base
