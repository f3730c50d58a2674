// A cluster's ServiceAccount issuer: an RSA and an EC key, their key set, tokens signed with
// either.
//
// Gaps: keys are made once a process (RSA keys take long); it signs whatever it is given, wrong
// tokens too: that is what it is for.
#pragma once

#include <string>
#include <string_view>

namespace fakes {

class TokenIssuer {
public:
    enum class Key { Rsa, Ec, OtherRsa, OtherEc };

    // The public parts of Rsa ("rsa-1") and Ec ("ec-1") as `/openid/v1/jwks` answers them.
    static std::string key_set();
    // One JWK, with this id.
    static std::string jwk(Key key, std::string_view id);
    static std::string public_pem(Key key);

    // header.claims.signature, each part from these very bytes.
    static std::string sign(Key key, std::string_view header, std::string_view claims);
    static std::string rs256(std::string_view claims);  // with the header a cluster writes
    static std::string es256(std::string_view claims);
    // Signed with a shared secret: what an attacker does with the public key's text.
    static std::string hs256(std::string_view secret, std::string_view header,
                             std::string_view claims);
    static std::string base64url(std::string_view bytes);
};

}  // namespace fakes
