// Whether the volume that holds bewit finds its place among a container's own mounts.
#pragma once

#include <optional>
#include <string>

namespace bewit::patch {

// Why nothing can be mounted at `directory` in a container that has a mount at `path`; nothing when it can.
// `read_only`: nothing can be made within that mount.
std::optional<std::string> mount_conflict(const std::string& path, bool read_only, const std::string& directory);

}  // namespace bewit::patch
