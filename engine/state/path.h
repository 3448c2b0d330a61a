// Names of files as rules see them: put together from text alone, the way Falco does it, so that a rule written for one
// matches in the other. Nothing is looked up, and symbolic links stay what they are: path_resolution(7) is the kernel's
// answer, this is the name as the program gave it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bewit::state {

// Stands for the directory of a relative name whose descriptor is unknown. Such a name is glued to it without a slash.
inline constexpr std::string_view unknown_directory = "<UNKNOWN>";
// Stands for a name that could not be read.
inline constexpr std::string_view unknown_name = "<NA>";

constexpr bool is_absolute(std::string_view path) { return path.starts_with('/'); }

// `path` as seen from `directory`: an absolute path stands alone, a relative one is appended to the directory, with a
// slash between where the directory lacks one. Then `.`, `..` and repeated slashes of `path` are folded; the directory
// itself is taken as it is, but `..` climbs through it and stops at its first character. A final slash goes. An empty
// path gives an empty name. Any length is taken: a name that is long only because of `./././` is folded like any other.
//
// Replaces `out`, which may not overlap the arguments; its memory is used again.
void join_path(std::string_view directory, std::string_view path, std::string& out);
// The same into memory of at least join_size() characters; returns the length.
size_t join_path(std::string_view directory, std::string_view path, char* out);
constexpr size_t join_size(std::string_view directory, std::string_view path) {
    return directory.size() + 1 + path.size();
}

// Each run of slashes becomes one: `fd.nameraw`.
void collapse_slashes(std::string& path);

}  // namespace bewit::state
