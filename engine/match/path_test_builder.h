// Makes the PathTest of a rule set.
#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "engine/match/path_test.h"
#include "engine/match/program.h"

namespace bewit::match {

// Of one kind of call that opens a file by its name: open or openat.
struct OpenRules {
    event::Kind kind{};
    std::vector<NodeId> roots;  // conditions as they were before Program::fuse()
};

// A name and flags to which it says no satisfy none of the conditions, by Kleene's logic with everything but the name
// and the flags unknown. Tables of more than `limit` bytes are not made, nor any when it is abandoned: the result is
// empty then.
PathTest build_path_test(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules, size_t limit,
                         const std::stop_token& abandoned);

}  // namespace bewit::match
