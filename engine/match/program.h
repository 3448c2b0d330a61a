// The rules that can match, kind by kind: each condition with what the kind decides already folded away.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/event/catalogue.h"
#include "engine/match/graph.h"

namespace bewit::match {

class Program {
public:
    struct Entry {
        uint32_t rule;  // position among the selected rules
        NodeId root;    // never Graph::no
        bool operator==(const Entry&) const = default;
    };

    // Adds to `graph`. `roots` and `kinds` are of the selected rules, in the order in which they are evaluated.
    Program(const LeafTable& leaves, Graph& graph, std::span<const NodeId> roots,
            std::span<const event::KindSet> kinds);

    // In the order of the rules.
    std::span<const Entry> of(event::Kind kind) const {
        const Row& row = rows_[event::index(kind)];
        return {entries_.data() + row.first, row.count};
    }
    std::vector<NodeId> roots() const;

    // Makes string tests of one field that stand side by side one (fuse.h): for evaluation, no longer for analysis.
    void fuse(LeafTable& leaves, Graph& graph);

private:
    struct Row {
        uint32_t first = 0, count = 0;
    };
    std::vector<Entry> entries_;
    std::vector<Row> rows_;  // by kind; equal ones are the same
};

}  // namespace bewit::match
