// Calls as a source would record them: from registers to a record's parameters, in the encoding of records. Written
// from the manual pages, apart from the tables that the Interest is made with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/match/registers.h"
#include "tests/unit/match/world.h"

namespace bewit::match {

struct Call {
    std::string_view kind;
    // The record's parameters after the call returned `result`.
    Arguments (*record)(const Registers& registers, int64_t result);
    std::vector<std::string> checks;      // of its parameters
    std::vector<uint64_t> likely_values;  // of its registers
};

const std::vector<Call>& calls();

}  // namespace bewit::match
