#include "cli/commands/screen.h"

#include "cli/commands/commands.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace cli {

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return std::string(value);
}

int fail_with(const base::Error& error) {
    std::fprintf(stderr, "scanfleet: %s\n", error.message().c_str());
    return kError;
}

Screen look_at_stdout() {
    Screen screen;
    screen.terminal = ::isatty(STDOUT_FILENO) == 1 && variable("TERM").value_or("dumb") != "dumb";
    const bool no_color = !variable("NO_COLOR").value_or("").empty();
    screen.colors = screen.terminal && !no_color ? Colors::On : Colors::Off;
    winsize size{};
    if (screen.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        screen.width = size.ws_col;
        screen.height = size.ws_row > 1 ? size.ws_row - 1 : 24;
    } else if (const auto columns = variable("COLUMNS")) {
        int wanted = 0;
        const auto [end, error] =
            std::from_chars(columns->data(), columns->data() + columns->size(), wanted);
        if (error == std::errc{} && wanted > 0) screen.width = wanted;
    }
    return screen;
}

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

}  // namespace cli
