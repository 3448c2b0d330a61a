// Which rules are evaluated.
#pragma once

#include "engine/match/rules.h"

namespace bewit::match {

// Enabled, important enough, and neither its name nor its tags left out.
bool is_selected(const rule::Rule& rule, const Options& options);

}  // namespace bewit::match
