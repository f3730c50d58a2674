// A self-signed certificate for one host name, in files that go with the object.
//
// Gaps: valid from an hour ago for two hours; no authority above it.
#pragma once

#include "base/os/file.h"

#include <string>

namespace fakes {

class TlsIdentity {
public:
    explicit TlsIdentity(const std::string& host);
    std::string certificate_file() const { return folder_.path() / "certificate.pem"; }
    std::string key_file() const { return folder_.path() / "key.pem"; }

private:
    base::os::TempFolder folder_;
};

}  // namespace fakes
