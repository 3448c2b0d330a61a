// Where a command may be: what execvp(3) tries, in its order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bewit::tracer {

// `name` itself when it has a slash; else one candidate per element of `path`, an empty element being the working
// directory. A null `path` (the variable is not set) means the system's default.
std::vector<std::string> command_candidates(std::string_view name, const char* path);

}  // namespace bewit::tracer
