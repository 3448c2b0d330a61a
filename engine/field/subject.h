// The thread that made the event and its kin, with the facts that a field asks for.
#pragma once

#include <string>
#include <string_view>

#include "engine/field/extract.h"

namespace bewit::field {

// nullptr when the thread cannot be known.
state::Process* thread_of(Context& context);
// Its process's leader.
state::Process* leader_of(Context& context);
state::Process* parent_of(Context& context);

inline const event::ProcessFacts& facts_of(Context& context, state::Process& process, uint32_t groups) {
    return context.state.facts(process, groups);
}

// Parts of a process as text. Borrowed from the state or the scratch.
std::string_view comm_of(Context& context, state::Process& process);
std::string_view exe_of(Context& context, state::Process& process);
std::string_view exe_path_of(Context& context, state::Process& process);
// The arguments after argv[0], joined by blanks.
std::string_view args_of(Context& context, state::Process& process);
std::string_view cmdline_of(Context& context, state::Process& process);
// NAME=value, joined by blanks.
std::string_view environment_of(Context& context, state::Process& process);
// The variable's value without blanks around it; "" when it is not set.
std::string_view variable_of(Context& context, state::Process& process, std::string_view name);

// When the thread started, in nanoseconds since the epoch; 0 when nobody knows.
uint64_t start_of(Context& context, state::Process& process);

}  // namespace bewit::field
