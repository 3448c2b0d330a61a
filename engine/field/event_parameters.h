// Names of event parameters as conditions know them: what may stand behind `evt.arg.` and `evt.rawarg.`.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/event/catalogue.h"

namespace bewit::field {

struct EventParameter {
    std::string_view name;
    event::ParamType
        type;  // what literals are compared as: the type in the first event that ever had a parameter of this name
    event::PrintFormat format;
};

// By name. Those of events that no longer exist are among them: rules may still name them.
std::span<const EventParameter> event_parameters();
std::optional<EventParameter> find_event_parameter(std::string_view name);

}  // namespace bewit::field
