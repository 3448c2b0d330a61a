// What is known of a kind of event from its name alone: which descriptor it is about, and what the call may change. The
// look before the call rests on it.
#pragma once

#include <cstdint>

#include "engine/event/catalogue.h"

namespace bewit::field {

// Calls that open a file by its name, and how they say it.
enum class OpenForm : uint8_t { None, Open, OpenAt, Creat, ByHandle };

// How the event's descriptor, that of `fd.*`, is found.
enum class DescriptorRole : uint8_t {
    None,        // the event is about no descriptor
    Given,       // a parameter
    Made,        // the result; none when the call failed
    Duplicated,  // the result, and when the call failed the parameter that was to be duplicated
    Pair,        // pipe and socketpair: the second of two that the call made
};

struct CallEffect {
    uint32_t facts = 0;  // event::FactGroup bits of the calling thread that the call may change
    OpenForm open = OpenForm::None;
    DescriptorRole role = DescriptorRole::None;
    uint8_t position = 0;        // of the parameter with the given descriptor
    bool executes = false;       // execve, execveat
    bool reconnects = false;     // may change what the given descriptor is connected to, or its name
    bool transfers = false;      // of these, the ones that change nothing once a stream is connected: send and receive
    bool may_duplicate = false;  // fcntl: depending on its command, the result is the descriptor
};

const CallEffect& effect_of(event::Kind kind);

}  // namespace bewit::field
