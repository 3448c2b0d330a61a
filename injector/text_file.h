// Small files read whole.
#pragma once

#include <optional>
#include <string>

namespace bewit {

// nullopt when it cannot be read; errno says why. Reads at most 64 MiB.
std::optional<std::string> read_text_file(const std::string& path);

}  // namespace bewit
