#include "base/result.h"

#include <utility>

namespace base {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::Invalid: return "invalid";
    case ErrorKind::NotFound: return "not-found";
    case ErrorKind::Conflict: return "conflict";
    case ErrorKind::Forbidden: return "forbidden";
    case ErrorKind::TooLarge: return "too-large";
    case ErrorKind::Unavailable: return "unavailable";
    case ErrorKind::TimedOut: return "timed-out";
    case ErrorKind::Cancelled: return "cancelled";
    case ErrorKind::Internal: return "internal";
    }
    std::unreachable();
}

}  // namespace base
