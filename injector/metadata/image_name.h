// An image's name, taken apart into what rules ask for.
#pragma once

#include <string>

#include "engine/state/container.h"

namespace bewit {

void set_image(state::Container& container, const std::string& image);

}  // namespace bewit
