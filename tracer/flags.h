// The encoding of records, by the names that the decoder's tables use.
#pragma once

#include "engine/event/encoding.h"

namespace bewit::tracer {

using namespace event::encoding;

}  // namespace bewit::tracer
