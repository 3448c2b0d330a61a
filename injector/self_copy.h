// The running program as a file elsewhere.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace bewit {

// Copies the running program to `directory`/bewit, mode 0755. The folder is made, one level, if it is not there. The
// file appears whole or not at all, also where one of that name is being executed. Gives back the file's path; the
// error is one sentence.
tl::expected<std::string, std::string> copy_self_into(const std::string& directory);

}  // namespace bewit
