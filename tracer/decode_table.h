// For every event type that a syscall makes: where each parameter comes from.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tracer/record_field.h"

namespace bewit::tracer {

struct CallFields {
    std::string_view event;     // its name in the catalogue
    std::vector<Field> fields;  // one for each of its parameters, in the catalogue's order
};

// Every event type but those of births and execs, whose records tell of a process (tracer/process_record.h). A call
// that is not here makes a generic record.
std::span<const CallFields> decode_table();

}  // namespace bewit::tracer
