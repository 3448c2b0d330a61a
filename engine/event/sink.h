// Where a source hands its events over.
#pragma once

#include "engine/event/view.h"

namespace bewit::event {

class Sink {
public:
    virtual ~Sink() = default;

    // Before the call: the record has every parameter that is known at its entry, and an absent result. False when no
    // rule and no state can care about the call whatever it returns: the source then need not look at its exit.
    virtual bool wants_exit(const View& at_entry) = 0;
    // After the call, the thread still stopped: what happened.
    virtual void on_event(const View& event) = 0;
    // `event`, told already, is of a call that did not fail although something that it was given could not be read:
    // rules may have missed it.
    virtual void on_unreadable(const View& event) { static_cast<void>(event); }
    // `event`, told already, is of a ptrace(2) that failed since a process has one tracer, and that is the source.
    virtual void on_second_tracer(const View& event) { static_cast<void>(event); }
};

}  // namespace bewit::event
