#include "injector/patch/mount_place.h"

#include <fmt/format.h>

namespace bewit::patch {
namespace {

// With a slash at the end, so that what begins with it lies within.
std::string folder(std::string path) {
    while (path.ends_with('/')) path.pop_back();
    return path + '/';
}

}  // namespace

std::optional<std::string> mount_conflict(const std::string& path, bool read_only, const std::string& directory) {
    if (path.empty()) return std::nullopt;
    const std::string theirs = folder(path), ours = folder(directory);
    const char* why = nullptr;
    if (theirs == ours) {
        why = "is where bewit's volume goes";
    } else if (theirs.starts_with(ours)) {
        why = "lies within bewit's volume, which is read-only";
    } else if (read_only && ours.starts_with(theirs)) {
        why = "is read-only, and bewit's volume would go within";
    }
    if (why == nullptr) return std::nullopt;
    return fmt::format("'{}' {}: choose another place with --directory", path, why);
}

}  // namespace bewit::patch
