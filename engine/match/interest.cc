// For each kind, the rules' conditions as far as registers can decide them: every condition is brought to a set of
// clauses with Not pushed down to the leaves, and every leaf says which registers can give it the answer that is
// wanted.
#include <algorithm>
#include <map>
#include <utility>

#include "engine/match/entry_fields.h"
#include "engine/match/interest_builder.h"
#include "engine/match/register_tests.h"

namespace bewit::match {
namespace {

// Registers with which a node may have the wanted answer, for one kind.
class Registers {
public:
    Registers(const LeafTable& leaves, const Graph& graph, event::Kind kind)
        : leaves_(leaves), graph_(graph), kind_(kind) {}

    Clauses of(NodeId id, bool wanted) {
        if (const auto known = known_.find({id, wanted}); known != known_.end()) return known->second;
        Clauses result = compute(graph_[id], wanted);
        known_.emplace(std::pair(id, wanted), result);
        return result;
    }

private:
    Clauses compute(const Node& node, bool wanted) {
        switch (node.op) {
            case Node::Op::False:
                return wanted ? Clauses::never() : Clauses::always();
            case Node::Op::True:
                return wanted ? Clauses::always() : Clauses::never();
            case Node::Op::Leaf: {
                const Leaf& leaf = leaves_.leaves()[node.leaf];
                return registers_for(leaf, leaves_.left_of(leaf), kind_, wanted);
            }
            case Node::Op::Not:
                return of(graph_.children(node).front(), !wanted);
            case Node::Op::And:
            case Node::Op::Or:
                break;
        }
        const bool all = (node.op == Node::Op::And) == wanted;
        Clauses result = all ? Clauses::always() : Clauses::never();
        for (const NodeId child : graph_.children(node)) {
            result = all ? result & of(child, wanted) : result | of(child, wanted);
        }
        return result;
    }

    const LeafTable& leaves_;
    const Graph& graph_;
    event::Kind kind_;
    std::map<std::pair<NodeId, bool>, Clauses> known_;
};

std::vector<const field::Field*> fields_of(const LeafTable& leaves, const Leaf& leaf) {
    std::vector<const field::Field*> fields;
    leaves.left_of(leaf).collect(fields);
    if (leaf.right) leaves.expressions()[*leaf.right].collect(fields);
    return fields;
}

bool is_settled(const LeafTable& leaves, const std::vector<LeafId>& below, event::Kind kind) {
    return std::ranges::all_of(below, [&](LeafId id) {
        return std::ranges::all_of(fields_of(leaves, leaves.leaves()[id]),
                                   [&](const field::Field* field) { return settled_at_entry(*field, kind); });
    });
}

// Calls that the state must see the end of, for facts that rules ask for.
void need(Interest& interest, std::string_view call, const Clauses& registers) {
    KindInterest& kind = interest.of(event::find_kind(call).value_or(event::Kind{0}));
    kind.for_state = true;
    Clauses all = registers;
    if (kind.level == KindInterest::Level::Always) return;
    for (const Clause& clause : kind.clauses) {
        Clauses conjunction = Clauses::always();
        for (const RegisterTest& test : clause) conjunction = conjunction & Clauses::test(test);
        all = all | conjunction;
    }
    kind.level = all.is_always() ? KindInterest::Level::Always : KindInterest::Level::Tests;
    kind.clauses = all.is_always() ? std::vector<Clause>() : all.clauses();
}

}  // namespace

InterestBuilder::InterestBuilder(const LeafTable& leaves, const Graph& graph, const Program& program,
                                 std::span<const std::string> names)
    : kinds_(event::max_kinds), names_(names.begin(), names.end()), outputs_(names.size()) {
    for (size_t i = 0; i < event::kind_count(); ++i) {
        const auto kind = static_cast<event::Kind>(i);
        Registers registers(leaves, graph, kind);
        for (const Program::Entry& entry : program.of(kind)) {
            const Clauses of_rule = registers.of(entry.root, true);
            if (of_rule.is_never()) continue;
            const std::vector<LeafId> below = graph.leaves_below(entry.root);
            for (const LeafId id : below) facts_ |= leaves.leaves()[id].facts;
            kinds_[i].registers = kinds_[i].registers | of_rule;
            kinds_[i].claims.push_back({entry.rule, is_settled(leaves, below, kind)});
        }
    }
}

void InterestBuilder::set_output(uint32_t rule, std::span<const field::Field* const> fields) {
    Output& output = outputs_[rule];
    output.known = true;
    for (const field::Field* field : fields) output.fields.push_back(*field);
}

bool InterestBuilder::output_needs_entry_only(uint32_t rule, event::Kind kind) const {
    const Output& output = outputs_[rule];
    return output.known &&
           std::ranges::all_of(output.fields, [&](const field::Field& field) { return settled_at_entry(field, kind); });
}

void InterestBuilder::add_for_state(Interest& interest) const {
    // A new image is what processes are known by.
    need(interest, "execve", Clauses::always());
    need(interest, "execveat", Clauses::always());
    if ((interest.facts & event::CommFact) != 0) {
        constexpr uint32_t set_name = 15;  // PR_SET_NAME, prctl(2)
        need(interest, "prctl", Clauses::equal(0, UINT32_MAX, set_name));
    }
    if ((interest.facts & event::CredentialFacts) == 0) return;
    for (const std::string_view call :
         {"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "capset"}) {
        need(interest, call, Clauses::always());
    }
    // In a user namespace of its own a process has every capability (user_namespaces(7)); setns(2) may leave the type
    // of the namespace open.
    constexpr uint32_t new_user = 0x10000000;  // CLONE_NEWUSER
    need(interest, "unshare", Clauses::differs(0, new_user, 0));
    need(interest, "setns", Clauses::always());
}

Interest InterestBuilder::build() const {
    Interest interest;
    interest.facts = facts_;
    for (const Output& output : outputs_) {
        for (const field::Field& field : output.fields) interest.facts |= field.definition->facts;
    }
    for (size_t i = 0; i < kinds_.size(); ++i) {
        const KindClaims& claims = kinds_[i];
        KindInterest& kind = interest.kinds[i];
        if (claims.claims.empty()) continue;
        kind.for_rules = true;
        kind.level = claims.registers.is_always() ? KindInterest::Level::Always : KindInterest::Level::Tests;
        if (kind.level == KindInterest::Level::Tests) kind.clauses = claims.registers.clauses();
        kind.entry_is_enough = std::ranges::all_of(claims.claims, [&](const Claim& claim) {
            return claim.entry_is_enough && output_needs_entry_only(claim.rule, static_cast<event::Kind>(i));
        });
        for (const Claim& claim : claims.claims) kind.rules.push_back(names_[claim.rule]);
    }
    add_for_state(interest);
    for (KindInterest& kind : interest.kinds) kind.entry_is_enough = kind.entry_is_enough && !kind.for_state;
    return interest;
}

}  // namespace bewit::match
