#include "base/os/random.h"

#include "base/text.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace base::os {

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) std::abort();
        filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::string random_uuid() {
    std::string bytes = random_bytes(16);
    // RFC 9562 §5.4: version 4 in the high half of byte 6, variant 10 in the high bits of byte 8.
    bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
    std::string text = hex_encode(bytes);
    for (const std::size_t dash : {8u, 13u, 18u, 23u}) text.insert(dash, 1, '-');
    return text;
}

std::string random_token() { return hex_encode(random_bytes(32)); }

}  // namespace base::os
