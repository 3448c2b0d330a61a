// fnmatch(3) with no flags, or with FNM_CASEFOLD, in the C locale: `*` and `?` match any byte, `/` and a leading dot
// included;
// `[...]` with ranges, `!` or `^` and classes, but no collating symbols (`[.a.]`, `[=a=]`); a backslash takes the next
// byte literally.
#pragma once

#include <string_view>

namespace bewit::match {

// Works on text that has no final NUL, keeps no state and allocates nothing.
bool glob_match(std::string_view pattern, std::string_view text, bool fold_case = false);

// Whether the pattern can match anything but itself.
bool is_glob(std::string_view pattern);

}  // namespace bewit::match
