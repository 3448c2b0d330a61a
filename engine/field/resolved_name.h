// Names of files as the kernel resolves them, beside those that programs give: through symbolic links a rule about
// names would be walked around.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/field/extract.h"

namespace bewit::field {

// Before an open by name: where the name leads. AsGiven for all other calls, and where there is no name.
event::NameLeads name_before_open_leads(Context& context, std::string& to);

// After an open by name that succeeded: the kernel's name, where it is another one than that of `fd.name`; empty
// otherwise. Of the scratch. nullopt where nobody could look at what was opened.
std::optional<std::string_view> other_name_after_open(Context& context);

}  // namespace bewit::field
