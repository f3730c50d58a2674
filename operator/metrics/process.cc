#include "operator/metrics/process.h"

#include "base/os/file.h"
#include "base/text.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <vector>

namespace metrics {

namespace {

constexpr std::size_t kProcBytesMax = 64u << 10;

void add(std::string& out, const char* name, const char* type, const char* help, double value) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n{} {}\n", name, help, name,
                   type, name, value);
}

std::optional<double> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc()) return std::nullopt;
    return static_cast<double>(value);
}

// Fields of /proc/self/stat from the third on, proc(5): the second is a name and may hold anything.
std::vector<std::string_view> stat_fields(const std::string& stat) {
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) return {};
    return base::split(base::trim(std::string_view(stat).substr(name_end + 1)), ' ');
}

// When the machine started, in seconds since 1970.
std::optional<double> boot_time() {
    const auto stat = base::os::read_file("/proc/stat", 4u << 20);
    if (!stat) return std::nullopt;
    constexpr std::string_view kKey = "\nbtime ";
    const auto at = stat->find(kKey);
    if (at == std::string::npos) return std::nullopt;
    return number(std::string_view(*stat).substr(at + kKey.size()));
}

void add_stat(std::string& out) {
    // proc(5) counts from 1; the first field here is its third.
    constexpr std::size_t kUser = 14 - 3, kSystem = 15 - 3, kStart = 22 - 3, kVirtual = 23 - 3,
                          kResident = 24 - 3;
    const auto stat = base::os::read_file("/proc/self/stat", kProcBytesMax);
    if (!stat) return;
    const auto fields = stat_fields(*stat);
    if (fields.size() <= kResident) return;
    const auto field = [&](std::size_t i) { return number(fields[i]).value_or(0); };
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    add(out, "process_cpu_seconds_total", "counter", "CPU time of user and system",
        (field(kUser) + field(kSystem)) / ticks);
    add(out, "process_resident_memory_bytes", "gauge", "Memory in RAM", field(kResident) * page);
    add(out, "process_virtual_memory_bytes", "gauge", "Address space", field(kVirtual));
    if (const auto boot = boot_time()) {
        add(out, "process_start_time_seconds", "gauge", "Start since 1970",
            *boot + field(kStart) / ticks);
    }
}

void add_descriptors(std::string& out) {
    std::error_code error;
    std::filesystem::directory_iterator entry("/proc/self/fd", error);
    if (!error) {
        const auto count = std::distance(begin(entry), end(entry));
        add(out, "process_open_fds", "gauge", "Open file descriptors", static_cast<double>(count));
    }
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        add(out, "process_max_fds", "gauge", "Most file descriptors",
            static_cast<double>(limit.rlim_cur));
    }
}

}  // namespace

std::string process_text() {
    std::string out;
    add_stat(out);
    add_descriptors(out);
    return out;
}

}  // namespace metrics
