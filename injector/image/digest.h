// Content addressed by its hash (OCI image specification, "Descriptors").
#pragma once

#include <string_view>

namespace bewit::image {

// `sha256:` or `sha512:` with as many lower case hexadecimal digits as that has; safe as a part of a path and of a URL.
bool is_digest(std::string_view text);
// Whether `bytes` are what a digest (see is_digest) names.
bool matches(std::string_view bytes, std::string_view digest);

}  // namespace bewit::image
