// What stdout is: a terminal or not, how wide, in colours or not.
#pragma once

#include "cli/view/view_model.h"

#include <string_view>

namespace cli {

struct Screen {
    bool terminal = false;
    Colors colors = Colors::Off;
    int width = 100;
    int height = 24;
};

// Heeds NO_COLOR (no-color.org), TERM=dumb and COLUMNS.
Screen look_at_stdout();
void print(std::string_view text);  // to stdout, at once

}  // namespace cli
