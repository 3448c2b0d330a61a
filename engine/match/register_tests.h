// What the registers at a call's entry can tell of a leaf's answer after the call.
#pragma once

#include "engine/event/catalogue.h"
#include "engine/match/clauses.h"
#include "engine/match/leaf.h"

namespace bewit::match {

// False: registers_for() is always() for every kind.
bool may_rest_on_registers(const Leaf& leaf, const field::Expression& left);

// Satisfied by all registers with which the leaf may answer `wanted` when the call, of that kind, is over. Not tight:
// what cannot be told from registers is taken as possible.
Clauses registers_for(const Leaf& leaf, const field::Expression& left, event::Kind kind, bool wanted);

}  // namespace bewit::match
