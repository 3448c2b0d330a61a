// What the parts of the tracer share: the threads of the workload, and where its events go. Used on the tracer's thread
// only.
#pragma once

#include "engine/event/sink.h"
#include "engine/event/witness.h"
#include "engine/match/interest.h"
#include "tracer/decoder.h"
#include "tracer/tracee_table.h"
#include "tracer/tracer.h"

namespace bewit::tracer {

struct Workload {
    const match::Interest& interest;
    event::Sink& sink;
    event::Witness& witness;
    Statistics& statistics;
    Decoder decoder{interest, witness};
    TraceeTable tracees{};
    Tid entrypoint = Tid::None;  // the command's own process: the root of everything that is shown
    bool entrypoint_alive = true;

    void report(const event::View& event) {
        ++statistics.events;
        sink.on_event(event);
    }
};

}  // namespace bewit::tracer
