// Three-valued logic (Kleene's strong one): before a call, what only its result can tell is Unknown.
#pragma once

#include <cstdint>

namespace bewit::match {

enum class Truth : uint8_t { False, True, Unknown };

constexpr Truth truth_of(bool value) { return value ? Truth::True : Truth::False; }

constexpr Truth negate(Truth value) {
    switch (value) {
        case Truth::False:
            return Truth::True;
        case Truth::True:
            return Truth::False;
        case Truth::Unknown:
            break;
    }
    return Truth::Unknown;
}

}  // namespace bewit::match
