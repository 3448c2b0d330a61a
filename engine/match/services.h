// Names of well-known services, for `fd.proto = https`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bewit::match {

// The port that IANA's registry gives the service (or one of the aliases that services(5) files have). A table of our
// own, because what a rule means must not depend on the image that bewit runs in.
std::optional<uint16_t> service_port(std::string_view name);

}  // namespace bewit::match
