#include "base/gzip.h"

#include "base/text.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace base {
namespace {

// Window of 32 KiB, and 16 for the gzip wrapper (zlib.h, deflateInit2).
constexpr int kGzipWindow = 15 + 16;
// Below this the ratio says nothing: a few identical lines compress to 1 : 1000 as well.
constexpr std::size_t kRatioFloor = 1u << 20;
// Header and trailer of RFC 1952.
constexpr std::size_t kGzipBytesMin = 18;

uInt step_of(std::size_t bytes) {
    return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
}

Bytef* input_of(std::string_view bytes) {
    // zlib only reads through next_in, but declares it without const.
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

// The uncompressed size as the trailer has it (modulo 2^32): a hint only, anybody may have written
// it.
std::size_t declared_size(std::string_view bytes) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[bytes.size() - 1 - i]);
        size = size << 8 | byte;
    }
    return size;
}

class Inflater {
public:
    Inflater() {
        if (inflateInit2(&stream_, kGzipWindow) != Z_OK) std::abort();  // only without memory
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    void set_input(std::string_view bytes) { rest_ = bytes; }
    bool has_rest() const { return stream_.avail_in > 0 || !rest_.empty(); }

    // Fills `out` and returns how much of it was used; status() tells why it stopped.
    std::size_t fill(char* out, std::size_t room) {
        std::size_t done = 0;
        while (done < room) {
            feed();
            const uInt step = step_of(room - done);
            stream_.next_out = reinterpret_cast<Bytef*>(out + done);
            stream_.avail_out = step;
            status_ = inflate(&stream_, Z_NO_FLUSH);
            const std::size_t produced = step - stream_.avail_out;
            done += produced;
            if (status_ != Z_OK) break;
        }
        return done;
    }
    int status() const { return status_; }

private:
    void feed() {
        if (stream_.avail_in > 0) return;
        const uInt step = step_of(rest_.size());
        stream_.next_in = input_of(rest_);
        stream_.avail_in = step;
        rest_.remove_prefix(step);
    }

    z_stream stream_{};
    std::string_view rest_;
    int status_ = Z_OK;
};

std::size_t bytes_allowed(std::size_t compressed, const GunzipLimits& limits) {
    const bool overflows = compressed > std::numeric_limits<std::size_t>::max() /
                                            std::max<std::size_t>(limits.ratio_max, 1);
    const std::size_t by_ratio =
        overflows ? limits.bytes_max : std::max(compressed * limits.ratio_max, kRatioFloor);
    return std::min(limits.bytes_max, by_ratio);
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
    z_stream stream{};
    const int memory_level = 8;  // zlib's default
    if (deflateInit2(&stream, std::clamp(level, 0, 9), Z_DEFLATED, kGzipWindow, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        std::abort();  // only without memory
    }
    std::string out;
    const std::size_t bound = deflateBound(&stream, bytes.size());
    out.resize_and_overwrite(bound, [&](char* data, std::size_t room) {
        std::size_t done = 0;
        int status = Z_OK;
        while (status != Z_STREAM_END) {
            const uInt step = step_of(bytes.size());
            const uInt out_step = step_of(room - done);
            stream.next_in = input_of(bytes);
            stream.avail_in = step;
            stream.next_out = reinterpret_cast<Bytef*>(data + done);
            stream.avail_out = out_step;
            status = deflate(&stream, step == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
            bytes.remove_prefix(step - stream.avail_in);
            done += out_step - stream.avail_out;
        }
        return done;
    });
    deflateEnd(&stream);
    out.shrink_to_fit();
    return out;
}

Result<std::string> gunzip(std::string_view bytes, const GunzipLimits& limits) {
    if (bytes.size() < kGzipBytesMin || !bytes.starts_with("\x1F\x8B")) {
        return fail(ErrorKind::Invalid, "the bytes are not gzip");
    }
    const std::size_t allowed = bytes_allowed(bytes.size(), limits);
    Inflater inflater;
    inflater.set_input(bytes);
    std::string out;
    // One byte more than declared, so that an honest stream ends in the first round.
    std::size_t capacity = std::min(declared_size(bytes), allowed) + 1;
    for (;;) {
        const std::size_t before = out.size();
        out.resize_and_overwrite(capacity, [&](char* data, std::size_t room) {
            return before + inflater.fill(data + before, room - before);
        });
        if (out.size() > allowed) {
            return fail(ErrorKind::TooLarge,
                        fmt::format("the gzip stream holds more than the {} allowed for {} packed",
                                    format_bytes(allowed), format_bytes(bytes.size())));
        }
        if (inflater.status() != Z_OK || out.size() < capacity) break;
        capacity = std::min(std::max<std::size_t>(capacity * 2, 4096), allowed + 1);
    }
    if (inflater.status() == Z_BUF_ERROR || inflater.status() == Z_OK) {
        return fail(ErrorKind::Invalid, "the gzip stream is cut short");
    }
    if (inflater.status() != Z_STREAM_END) {
        return fail(ErrorKind::Invalid, "the gzip stream is damaged");
    }
    if (inflater.has_rest()) {
        return fail(ErrorKind::Invalid, "there are bytes behind the gzip stream");
    }
    return out;
}

}  // namespace base
