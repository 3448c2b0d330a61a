// Parameters of clone and exec records, into facts. What is absent leaves the fact as it was.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/event/view.h"
#include "engine/event/witness.h"
#include "engine/state/record_shape.h"

namespace bewit::state {

template <class Integer>
bool take_int(const event::Param& param, Integer& value) {
    if (param.present()) value = static_cast<Integer>(param.as_int());
    return param.present();
}
bool take_text(const event::Param& param, std::string& value);
// Strings that each end with a NUL; for the last one it may be missing. The strings' memory is used again.
bool take_strings(const event::Param& param, std::vector<std::string>& values);
// `exe` and `args` together. An absent `args` means that there are none: false only when `exe` is absent.
bool take_arguments(const event::View& event, const TaskPositions& at, std::vector<std::string>& argv);
void take_resources(const event::View& event, const TaskPositions& at, event::ProcessFacts& facts);

// The facts that are a thread's own: comm and credentials.
void copy_thread_facts(const event::ProcessFacts& from, event::ProcessFacts& to);

}  // namespace bewit::state
