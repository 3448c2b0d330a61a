// Facts of a thread, served from what is known and asked for where it is not.
#pragma once

#include <cstdint>

#include "engine/event/witness.h"
#include "engine/state/process.h"

namespace bewit::state {

// Groups that change without an event: they hold for the event they were read for.
inline constexpr uint32_t volatile_groups = event::IdentityFacts | event::WorkingDirectory | event::ResourceFacts;
// Groups that belong to the process rather than to one of its threads.
inline constexpr uint32_t process_groups = event::ImageFacts | event::EnvironmentFact | event::WorkingDirectory |
                                           event::LoginUidFact | event::CgroupFacts | event::ResourceFacts;
// Groups that a new process has from the one that made it.
inline constexpr uint32_t inherited_groups = event::CommFact | event::ImageFacts | event::EnvironmentFact |
                                             event::CredentialFacts | event::LoginUidFact | event::CgroupFacts;

class FactReader {
public:
    FactReader(event::Witness& witness, uint32_t wanted) : witness_(witness), wanted_(wanted) {}

    // Volatile groups are unknown from here on.
    void next_event() { ++generation_; }
    uint64_t generation() const { return generation_; }

    // See State::facts(). A group that the witness cannot answer is asked for once an event.
    const event::ProcessFacts& facts(Process& process, uint32_t groups);
    // Reads who a thread is that no event has named yet, and the lasting ones of the wanted groups. False when it is
    // gone.
    bool introduce(Process& process);
    // Reads what is wanted and lasting and not known yet.
    void read_wanted(Process& process) { facts(process, wanted_ & ~volatile_groups); }

    // The groups are known from elsewhere: volatile ones for this event.
    void confirm(Process& process, uint32_t groups);
    // The groups may have changed.
    void invalidate(Process& process, uint32_t groups);

private:
    void begin_event(Process& process) const;
    void ask(Process& process, uint32_t groups);

    event::Witness& witness_;
    const uint32_t wanted_;
    uint64_t generation_ = 1;
};

}  // namespace bewit::state
