// Derives the Interest from the compiled rules.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/match/clauses.h"
#include "engine/match/interest.h"
#include "engine/match/program.h"

namespace bewit::match {

class InterestBuilder {
public:
    // `names` are of the selected rules. Looks at everything now and keeps nothing of the arguments.
    InterestBuilder(const LeafTable& leaves, const Graph& graph, const Program& program,
                    std::span<const std::string> names);

    // What the output of a rule prints. Until it is said, a rule is taken to print something that only the result can
    // tell.
    void set_output(uint32_t rule, std::span<const field::Field* const> fields);

    Interest build() const;

private:
    struct Claim {
        uint32_t rule;
        bool entry_is_enough;  // as far as the condition goes
    };
    struct KindClaims {
        Clauses registers;
        std::vector<Claim> claims;
    };
    struct Output {
        bool known = false;
        std::vector<field::Field> fields;
    };

    bool output_needs_entry_only(uint32_t rule, event::Kind kind) const;
    void add_for_state(Interest& interest) const;

    std::vector<KindClaims> kinds_;
    std::vector<std::string> names_;
    std::vector<Output> outputs_;
    uint32_t facts_ = 0;
};

}  // namespace bewit::match
