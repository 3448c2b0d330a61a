// For each kind, the rules' conditions as far as registers can decide them: every condition is brought to a set of
// clauses with Not pushed down to the leaves, and every leaf says which registers can give it the answer that is
// wanted.
#include <algorithm>
#include <unordered_map>

#include "engine/match/entry_fields.h"
#include "engine/match/interest_builder.h"
#include "engine/match/register_tests.h"

namespace bewit::match {
namespace {

// Far more than rules that people write ask of registers; each is looked at for each kind.
constexpr size_t most_told = 4'000;

// What registers can tell about: by node, whether they can of any leaf below. Leaves beyond the great number count as
// what registers tell nothing about.
std::vector<bool> told_by_registers(const LeafTable& leaves, const Graph& graph) {
    std::vector<bool> told(graph.size());
    size_t count = 0;
    for (NodeId id = 0; id < graph.size(); ++id) {  // children come before their parents
        const Node& node = graph[id];
        if (node.op == Node::Op::Leaf) {
            const Leaf& leaf = leaves.leaves()[node.leaf];
            told[id] = count < most_told && may_rest_on_registers(leaf, leaves.left_of(leaf));
            count += told[id] ? 1 : 0;
        } else {
            told[id] = std::ranges::any_of(graph.children(node), [&](NodeId child) { return told[child]; });
        }
    }
    return told;
}

// Registers with which a node may have the wanted answer, for one kind.
class Registers {
public:
    Registers(const LeafTable& leaves, const Graph& graph, const std::vector<bool>& told, event::Kind kind)
        : leaves_(leaves), graph_(graph), told_(told), kind_(kind) {}

    const Clauses& of(NodeId id, bool wanted) {
        static const Clauses always = Clauses::always(), never = Clauses::never();
        if (id == Graph::no || id == Graph::yes) return wanted == (id == Graph::yes) ? always : never;
        if (!told_[id]) return always;
        const uint64_t key = uint64_t{id} * 2 + (wanted ? 1 : 0);
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        Clauses result = compute(graph_[id], wanted);
        return known_.emplace(key, std::move(result)).first->second;
    }

private:
    Clauses compute(const Node& node, bool wanted) {
        if (node.op == Node::Op::Leaf) {
            const Leaf& leaf = leaves_.leaves()[node.leaf];
            return registers_for(leaf, leaves_.left_of(leaf), kind_, wanted);
        }
        if (node.op == Node::Op::Not) return of(graph_.children(node).front(), !wanted);
        const bool all = (node.op == Node::Op::And) == wanted;
        Clauses result = all ? Clauses::always() : Clauses::never();
        for (const NodeId child : graph_.children(node)) {
            if (all ? result.is_never() : result.is_always()) break;
            result = all ? result & of(child, wanted) : result | of(child, wanted);
        }
        return result;
    }

    const LeafTable& leaves_;
    const Graph& graph_;
    const std::vector<bool>& told_;
    event::Kind kind_;
    std::unordered_map<uint64_t, Clauses> known_;
};

// By node: FactGroup bits that the leaves below ask for.
std::vector<uint32_t> facts_of_nodes(const LeafTable& leaves, const Graph& graph) {
    std::vector<uint32_t> facts(graph.size());
    for (NodeId id = 0; id < graph.size(); ++id) {
        const Node& node = graph[id];
        if (node.op == Node::Op::Leaf) facts[id] = leaves.leaves()[node.leaf].facts;
        for (const NodeId child : graph.children(node)) facts[id] |= facts[child];
    }
    return facts;
}

// By node: whether the entry of a call of that kind tells what every leaf below asks.
std::vector<bool> settled_nodes(const LeafTable& leaves, const Graph& graph, event::Kind kind) {
    std::vector<bool> by_expression(leaves.expressions().size());
    for (size_t i = 0; i < by_expression.size(); ++i) {
        std::vector<const field::Field*> fields;
        leaves.expressions()[i].collect(fields);
        by_expression[i] =
            std::ranges::all_of(fields, [&](const field::Field* field) { return settled_at_entry(*field, kind); });
    }
    std::vector<bool> settled(graph.size());
    for (NodeId id = 0; id < graph.size(); ++id) {
        const Node& node = graph[id];
        if (node.op == Node::Op::Leaf) {
            const Leaf& leaf = leaves.leaves()[node.leaf];
            settled[id] = by_expression[leaf.left] && (!leaf.right || by_expression[*leaf.right]);
        } else {
            settled[id] = std::ranges::all_of(graph.children(node), [&](NodeId child) { return settled[child]; });
        }
    }
    return settled;
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

InterestBuilder::InterestBuilder(const LeafTable& leaves, const Graph& graph, const Program& program, size_t rules)
    : kinds_(event::max_kinds), outputs_(rules) {
    const std::vector<bool> told = told_by_registers(leaves, graph);
    const std::vector<uint32_t> facts = facts_of_nodes(leaves, graph);
    std::vector<uint32_t> claims;
    std::shared_ptr<const std::vector<uint32_t>> latest;
    for (size_t i = 0; i < event::kind_count(); ++i) {
        const auto kind = static_cast<event::Kind>(i);
        const bool may_be_settled = any_settled_at_entry(kind);
        const std::vector<bool> settled =
            may_be_settled ? settled_nodes(leaves, graph, kind) : std::vector<bool>(graph.size());
        Registers registers(leaves, graph, told, kind);
        KindClaims& of_kind = kinds_[i];
        claims.clear();
        for (const Program::Entry& entry : program.of(kind)) {
            const Clauses& of_rule = registers.of(entry.root, true);
            if (of_rule.is_never()) continue;
            facts_ |= facts[entry.root];
            if (!of_kind.registers.is_always()) of_kind.registers = of_kind.registers | of_rule;
            of_kind.entry_is_enough = of_kind.entry_is_enough && settled[entry.root];
            claims.push_back(entry.rule);
        }
        if (claims.empty()) continue;
        if (latest == nullptr || *latest != claims) latest = std::make_shared<const std::vector<uint32_t>>(claims);
        of_kind.rules = latest;
    }
}

void InterestBuilder::set_output(uint32_t rule, std::span<const field::Field* const> fields) {
    Output& output = outputs_[rule];
    for (const field::Field* field : fields) output.facts |= field->definition->facts;
    for (size_t i = 0; i < event::kind_count(); ++i) {
        const auto kind = static_cast<event::Kind>(i);
        const bool settled = any_settled_at_entry(kind) && std::ranges::all_of(fields, [&](const field::Field* field) {
                                 return settled_at_entry(*field, kind);
                             });
        output.settled.set(i, settled);
    }
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

Interest InterestBuilder::build(std::span<const std::string> names) const {
    Interest interest;
    interest.facts = facts_;
    for (const Output& output : outputs_) interest.facts |= output.facts;
    for (size_t i = 0; i < kinds_.size(); ++i) {
        const KindClaims& claims = kinds_[i];
        KindInterest& kind = interest.kinds[i];
        if (claims.rules == nullptr) continue;
        kind.for_rules = true;
        kind.level = claims.registers.is_always() ? KindInterest::Level::Always : KindInterest::Level::Tests;
        if (kind.level == KindInterest::Level::Tests) kind.clauses = claims.registers.clauses();
        kind.entry_is_enough = claims.entry_is_enough && std::ranges::all_of(*claims.rules, [&](uint32_t rule) {
                                   return outputs_[rule].settled.test(i);
                               });
        if (names.empty()) continue;
        for (const uint32_t rule : *claims.rules) kind.rules.push_back(names[rule]);
    }
    add_for_state(interest);
    for (KindInterest& kind : interest.kinds) kind.entry_is_enough = kind.entry_is_enough && !kind.for_state;
    return interest;
}

}  // namespace bewit::match
