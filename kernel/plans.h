// The Interest and the event catalogue as the maps of the BPF programs have them, and the finishing touch to what they
// send.
#pragma once

#include <array>
#include <vector>

#include "engine/match/interest.h"
#include "kernel/plan.h"
#include "kernel/words.h"

namespace bewit::kernel {

struct Plans {
    std::vector<bewit_call> calls;   // BEWIT_CALLS, by ABI and number
    std::vector<bewit_plan> plans;   // BEWIT_PLANS, those of calls by event::Kind
    std::vector<bewit_tests> tests;  // likewise
    bool signals = false;            // whether signal_deliver is worth a program
};

Plans make_plans(const match::Interest& interest);

// What must still be done to a parameter when its record has come from the kernel.
struct Touch {
    uint8_t position = 0;  // of the parameter
    uint8_t width = 0;
    Parameter parameter;
};

// By event id.
class Touches {
public:
    Touches();
    const std::vector<Touch>& of(uint16_t event_id) const;

private:
    std::vector<std::vector<Touch>> by_event_;
};

}  // namespace bewit::kernel
