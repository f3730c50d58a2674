// The process environment as a value, so that tests can bring their own.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kube {

using Environment = std::map<std::string, std::string, std::less<>>;

// Of this process. Not while another thread changes it.
Environment process_environment();
// Empty where it is not set.
std::string_view value_in(const Environment& environment, std::string_view name);

}  // namespace kube
