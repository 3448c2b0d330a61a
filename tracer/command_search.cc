#include "tracer/command_search.h"

namespace bewit::tracer {
namespace {

constexpr std::string_view default_path = "/bin:/usr/bin";  // confstr(_CS_PATH)

}  // namespace

std::vector<std::string> command_candidates(std::string_view name, const char* path) {
    if (name.empty() || name.find('/') != std::string_view::npos) return {std::string(name)};
    std::vector<std::string> candidates;
    std::string_view rest = path == nullptr ? default_path : std::string_view(path);
    while (true) {
        const size_t end = rest.find(':');
        const std::string_view directory = rest.substr(0, end);
        candidates.push_back(directory.empty() ? "./" + std::string(name)
                                               : std::string(directory) + "/" + std::string(name));
        if (end == std::string_view::npos) return candidates;
        rest.remove_prefix(end + 1);
    }
}

}  // namespace bewit::tracer
