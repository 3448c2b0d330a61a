// What the witness says of a descriptor.
#pragma once

#include <doctest/doctest.h>

#include "tracer/proc_witness.h"

namespace bewit::tracer::test {

inline event::Descriptor look(Tid tid, int fd) {
    ProcWitness witness;
    event::Descriptor out;
    out.name = "left over";
    out.connected = true;
    REQUIRE(witness.descriptor(tid, static_cast<Fd>(fd), out));
    CHECK(out.from_kernel);
    return out;
}

}  // namespace bewit::tracer::test
