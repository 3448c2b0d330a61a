// Derives the Interest from the compiled rules.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/match/clauses.h"
#include "engine/match/interest.h"
#include "engine/match/program.h"

namespace bewit::match {

class InterestBuilder {
public:
    // Looks at everything now and keeps nothing of the arguments.
    InterestBuilder(const LeafTable& leaves, const Graph& graph, const Program& program, size_t rules);

    // What the output of a rule prints. Until it is said, a rule is taken to print something that only the result can
    // tell.
    void set_output(uint32_t rule, std::span<const field::Field* const> fields);

    // Without the names of rules when there are none to take them from: by position.
    Interest build(std::span<const std::string> names = {}) const;

private:
    struct KindClaims {
        Clauses registers;
        std::shared_ptr<const std::vector<uint32_t>> rules;  // that can match it
        bool entry_is_enough = true;                         // as far as their conditions go
    };
    struct Output {
        event::KindSet settled;  // kinds of calls whose entry tells all that is printed
        uint32_t facts = 0;
    };

    void add_for_state(Interest& interest) const;

    std::vector<KindClaims> kinds_;
    std::vector<Output> outputs_;
    uint32_t facts_ = 0;
};

}  // namespace bewit::match
