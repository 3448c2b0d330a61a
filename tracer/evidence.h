// Kernel state that a record's parameters are taken from, looked at once a record.
#pragma once

#include <sys/stat.h>

#include <string>

#include "engine/event/witness.h"
#include "tracer/proc_reader.h"

namespace bewit::tracer {

class Evidence {
public:
    // `wanted`: the FactGroup bits that rules use; others are not looked at. `witness` must outlive this.
    Evidence(event::Witness& witness, uint32_t wanted) : witness_(witness), wanted_(wanted) {}

    // A new record begins: whatever was looked at is forgotten.
    void begin(Tid tid);

    // nullptr when it is closed or cannot be looked at.
    const event::Descriptor* descriptor(int64_t fd);
    // The file behind a descriptor; nullptr when it is closed or cannot be looked at.
    const struct stat* file(int64_t fd);
    // Where /proc/TID/fd leads; nullptr likewise.
    const std::string* file_name(int64_t fd);

    // Those of the `groups` that are wanted; has() tells which of them there are.
    const event::ProcessFacts& facts(uint32_t groups);
    bool has(uint32_t group) const { return (known_ & group) == group; }
    // The same, wanted or not.
    const event::ProcessFacts& facts_always(uint32_t groups);

    // For whoever puts a parameter together; keeps its memory.
    std::string scratch;

private:
    event::Witness& witness_;
    uint32_t wanted_;
    ProcReader proc_;
    Tid tid_ = Tid::None;
    static constexpr int64_t none = -1;
    int64_t described_ = none, examined_ = none;
    bool description_ok_ = false, file_ok_ = false;
    event::Descriptor descriptor_;
    struct stat file_ {};
    std::string file_name_;
    event::ProcessFacts facts_;
    uint32_t asked_ = 0, known_ = 0;
};

}  // namespace bewit::tracer
