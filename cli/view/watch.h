// From what a run tells to what people and programs read: the live view, plain lines, JSON lines.
#pragma once

#include "cli/view/run_event.h"
#include "cli/view/view_model.h"

#include <functional>
#include <string>

namespace cli {

// The model of one turn. `failures`: newest first, kept by the caller. Pure.
ViewModel model_of(const Picture& picture, std::vector<std::string> failures);

// One event as one line of JSON without '\n', or as a line for people (empty: not shown). Pure.
std::string event_to_json(const RunEvent& event, const std::string& run_id);
std::string event_to_line(const RunEvent& event);

using Print = std::function<void(std::string_view)>;

struct ViewOptions {
    bool live = false;     // a terminal: redraw in place
    bool json = false;     // JSON lines only
    bool quiet = false;    // nothing but failures
    bool explain = false;  // the planner's reasons too
    Colors colors = Colors::Off;
    int width = 100;
    int height = 24;
};

// A watcher that prints. Redraws at most ten times a second.
Watcher make_watcher(const ViewOptions& options, std::string run_id, Print print);

}  // namespace cli
